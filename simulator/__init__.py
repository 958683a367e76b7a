"""A Smartcar cloud on loopback: v2.0 and v3 APIs, Connect, dashboard, deliveries, cars."""

from .car import Car, ImpossibleError, Model
from .cloud import Application, Connection, Kind, NotFoundError, Subscription, Webhook
from .delivery import Attempt, Delivery, Verification
from .faults import DeliveryFaults
from .geo import Place
from .simulator import Simulator

__all__ = [
    "Application",
    "Attempt",
    "Car",
    "Connection",
    "Delivery",
    "DeliveryFaults",
    "ImpossibleError",
    "Kind",
    "Model",
    "NotFoundError",
    "Place",
    "Simulator",
    "Subscription",
    "Verification",
    "Webhook",
]
