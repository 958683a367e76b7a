"""Device tracker: where a vehicle is."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smartcar_dynamic.smartcar.model import Position, Value

from .entities import device_tracker_of


@pytest.fixture
def platforms() -> list[Platform]:
    return [Platform.DEVICE_TRACKER]


async def test_device_trackers(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    rich_entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, rich_entry.entry_id)


def test_a_device_tracker_shows_the_position() -> None:
    tracker = device_tracker_of(Position(52.5, 13.4))
    assert (tracker.latitude, tracker.longitude) == (52.5, 13.4)


@pytest.mark.parametrize("value", [None, True, 5, "home"], ids=repr)
def test_what_is_no_position_is_unknown(value: Value | None) -> None:
    tracker = device_tracker_of(value)
    assert (tracker.latitude, tracker.longitude) == (None, None)
