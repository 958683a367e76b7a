"""The button that reads a vehicle: one billed call."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import READ_SIGNALS
from .coordinator import SmartcarCoordinator
from .entity import SmartcarEntity, async_add_vehicle_entities
from .reader import Reader
from .runtime import SmartcarConfigEntry
from .vehicle import VehicleState

# Each vehicle is read once at a time, whoever asks.
PARALLEL_UPDATES = 0

_READ_SIGNALS: Final = ButtonEntityDescription(key=READ_SIGNALS, translation_key="read_signals")


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a button for each vehicle that can be read."""
    coordinator, reader = entry.runtime_data.coordinator, entry.runtime_data.reader
    if reader is None:
        return
    async_add_vehicle_entities(
        entry,
        async_add_entities,
        lambda vehicle: [SmartcarReadButton(coordinator, vehicle, reader)],
    )


class SmartcarReadButton(SmartcarEntity, ButtonEntity):
    """Reads a vehicle when it is pressed."""

    def __init__(
        self, coordinator: SmartcarCoordinator, vehicle: VehicleState, reader: Reader
    ) -> None:
        """Initialize."""
        super().__init__(coordinator, vehicle, _READ_SIGNALS)
        self._reader = reader

    @override
    async def async_press(self) -> None:
        """Read the vehicle."""
        await self._reader.async_read(self._vehicle)

    @override
    def _update(self) -> None:
        """Nothing: a button has no state of its own."""
