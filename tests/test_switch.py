"""Switch: whether the vehicle charges."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from simulator import Car

from .commanded import Commanded

SWITCH = ("switch", "charge-ischarging")


@pytest.fixture
def platforms() -> list[Platform]:
    return [Platform.SWITCH]


async def test_switch_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    rich_entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, rich_entry.entry_id)


async def test_charging_is_stopped_and_started(commanded: Commanded) -> None:
    commanded.sim.act(commanded.car, Car.plug_in)
    await commanded.report()
    assert commanded.state(*SWITCH).state == "on"
    await commanded.order(*SWITCH, "turn_off")
    assert not commanded.car.charging
    assert commanded.state(*SWITCH).state == "off"
    assert commanded.is_assumed(*SWITCH)
    await commanded.order(*SWITCH, "turn_on")
    assert commanded.car.charging
    assert commanded.state(*SWITCH).state == "on"


async def test_a_switch_that_was_refused_stays_off(commanded: Commanded) -> None:
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.order(*SWITCH, "turn_on")
    assert refused.value.translation_key == "command_not_plugged_in"
    assert commanded.state(*SWITCH).state == "off"
