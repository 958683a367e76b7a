"""A Smartcar cloud on loopback: its APIs, Connect, dashboard, webhook deliveries, and cars."""

from . import presets
from .car import Car, ImpossibleError, Model
from .cloud import Application, Connection, Kind, NotFoundError, Subscription, Webhook
from .delivery_queue import Attempt, Delivery, Verification
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
    "presets",
]
