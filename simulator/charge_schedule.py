"""A car's charge schedules: recurring hours in which it charges at a place."""

from dataclasses import dataclass
from typing import Any

from .geo import Place

WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
WEEKENDS = ("SATURDAY", "SUNDAY")
DAYS = (*WEEKDAYS, *WEEKENDS)


@dataclass(frozen=True, slots=True)
class ChargeHours:
    """From `start` to `stop`, each `HH:MM`, on these days."""

    days: tuple[str, ...]
    start: str
    stop: str


@dataclass(frozen=True, slots=True)
class ChargeSchedule:
    """A schedule: `type` is DAILY, WEEKLY or WORKWEEK."""

    id: str
    type: str
    location: Place
    hours: tuple[ChargeHours, ...]

    @property
    def timer(self) -> dict[str, Any]:
        """The schedule as an element of the signal `charge-chargetimers`."""
        return {
            "type": "LOCATION",
            "condition": {
                "latitude": self.location.latitude,
                "longitude": self.location.longitude,
            },
            "schedules": [
                {"start": f"{it.start}:00", "end": f"{it.stop}:00", "days": list(it.days)}
                for it in self.hours
            ],
            "departureTimers": [],
            "isOEMOptimizationEnabled": False,
            "scheduleType": self.type,
            "scheduleId": self.id,
        }
