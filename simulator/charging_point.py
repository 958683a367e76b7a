"""Where a car is plugged in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChargingPoint:
    """Where a car is plugged in: power in kW and the share of it that reaches the battery.

    Alternating current passes the on-board charger, which may limit it.
    """

    power: float
    efficiency: float
    phases: int = 3
    is_public: bool = False
    is_fast: bool = False


WALLBOX = ChargingPoint(power=22, efficiency=0.92)
SOCKET = ChargingPoint(power=2.3, efficiency=0.82, phases=1)
PUBLIC_CHARGER = ChargingPoint(power=22, efficiency=0.92, is_public=True)
FAST_CHARGER = ChargingPoint(power=150, efficiency=0.99, phases=1, is_public=True, is_fast=True)
