"""A Smartcar cloud on loopback: its APIs, Connect, dashboard, webhook deliveries, and cars."""

from . import presets
from .car import Car, ImpossibleError, Model
from .charging_point import FAST_CHARGER, PUBLIC_CHARGER, SOCKET, WALLBOX, ChargingPoint
from .cloud import (
    ALL_CONTROLS,
    ALL_READS,
    Application,
    Connection,
    Kind,
    NotFoundError,
    Subscription,
    Webhook,
)
from .delivery_queue import Attempt, Delivery, Verification
from .faults import DeliveryFaults
from .geo import Place
from .history import ChargingEnd, ChargingSegment, ChargingSession, Trip
from .simulator import Simulator

__all__ = [
    "ALL_CONTROLS",
    "ALL_READS",
    "FAST_CHARGER",
    "PUBLIC_CHARGER",
    "SOCKET",
    "WALLBOX",
    "Application",
    "Attempt",
    "Car",
    "ChargingEnd",
    "ChargingPoint",
    "ChargingSegment",
    "ChargingSession",
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
    "Trip",
    "Verification",
    "Webhook",
    "presets",
]
