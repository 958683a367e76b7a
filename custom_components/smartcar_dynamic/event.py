"""Events: what happens at a charge and on a trip."""

from collections.abc import Iterator, Mapping
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .charging import CHARGING_SESSION, ChargeEventType
from .coordinator import SmartcarCoordinator
from .entity import SmartcarEntity, async_add_reading_entities, by_key
from .history import History
from .records import Record, charge_event_record, trip_event_record
from .runtime import SmartcarConfigEntry
from .trips import TRIP, TripEventType
from .vehicle import VehicleState

PARALLEL_UPDATES = 0

EVENTS: Final[Mapping[str, EventEntityDescription]] = by_key(
    EventEntityDescription(
        key=CHARGING_SESSION,
        translation_key=CHARGING_SESSION,
        event_types=[type_.value for type_ in ChargeEventType],
    ),
    EventEntityDescription(
        key=TRIP,
        translation_key=TRIP,
        event_types=[type_.value for type_ in TripEventType],
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add events as they become possible."""
    async_add_reading_entities(entry, async_add_entities, create_event)


def create_event(
    coordinator: SmartcarCoordinator, vehicle: VehicleState, key: str
) -> SmartcarEvent | None:
    """Return the event entity for a key that is an event's."""
    description = EVENTS.get(key)
    if description is None:
        return None
    return SmartcarEvent(coordinator, vehicle, description)


class SmartcarEvent(SmartcarEntity, EventEntity):
    """Events of one kind; each one is a state of its own, also where several come at once."""

    entity_description: EventEntityDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Listen; tell what has happened while Home Assistant was adding the entity."""
        await super().async_added_to_hass()
        self._async_changed()

    @callback
    @override
    def _async_changed(self) -> None:
        for event_type, attributes in self._take_events(self._vehicle.history):
            self._trigger_event(event_type, attributes)
            self.async_write_ha_state()

    @override
    def _update(self) -> None:
        """Set nothing: an event is told once."""

    def _take_events(self, history: History) -> Iterator[tuple[str, Record]]:
        if self._key == TRIP:
            for trip_event in history.take_trip_events():
                yield trip_event.type.value, trip_event_record(trip_event)
        else:
            for event in history.take_charge_events():
                yield event.type.value, charge_event_record(event)
