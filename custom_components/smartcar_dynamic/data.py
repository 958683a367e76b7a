"""What a config entry holds while it is loaded."""

from dataclasses import dataclass
import logging
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry

from .smartcar.client import SmartcarClient, SmartcarError

if TYPE_CHECKING:
    from .coordinator import SmartcarCoordinator
    from .issues import Issues
    from .subscriptions import Subscriptions
    from .webhook import Callback

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class SmartcarData:
    """The parts of a loaded entry."""

    coordinator: SmartcarCoordinator
    callback: Callback
    client: SmartcarClient
    subscriptions: Subscriptions
    issues: Issues

    async def async_forget(self, vehicle_id: str) -> None:
        """Drop a vehicle that its owner deleted, and have its data sent here no more."""
        state = self.coordinator.vehicles.get(vehicle_id)
        if state is None:
            return
        self.coordinator.async_forget(vehicle_id)
        self.issues.async_forget(vehicle_id)
        try:
            await self.subscriptions.async_unsubscribe(state.vehicle)
        except SmartcarError as error:
            _LOGGER.info("Vehicle %s may still send its data: %s", state.vehicle.tail, error)
            self.issues.async_raise_not_unsubscribed(state.vehicle)


type SmartcarConfigEntry = ConfigEntry[SmartcarData]
