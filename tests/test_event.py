"""Events: what happens at a charge and on a trip."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from .life import Life


@pytest.fixture
def platforms() -> list[Platform]:
    return [Platform.EVENT]


async def test_event_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    rich_entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, rich_entry.entry_id)


def types(life: Life, key: str) -> list[str]:
    """Return the types of the events that were told, in their order."""
    return [event["event_type"] for event in life.events(key)]


async def test_the_events_exist_before_anything_has_happened(life: Life) -> None:
    assert life.home.state("event", life.car, "charging_session") == "unknown"
    assert life.home.state("event", life.car, "trip") == "unknown"


async def test_a_charge_to_the_limit_is_reported_throughout(life: Life) -> None:
    await life.act(life.car.plug_in, hours=3)
    await life.act(life.car.unplug, minutes=10)
    assert types(life, "charging_session") == ["plugged_in", "started", "finished", "unplugged"]
    finished = life.events("charging_session")[2]
    assert finished["zone"] == "Home"
    assert finished["at_home"] is True
    assert finished["estimated"] is False
    assert finished["state_of_charge_from"] == 62
    assert finished["state_of_charge_to"] == finished["state_of_charge"] == 80
    assert abs(finished["energy"] - life.car.charged_energy) <= 0.1


async def test_a_charge_that_stops_short_is_interrupted(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=30)
    await life.act(life.car.stop_charging, minutes=10)
    assert types(life, "charging_session") == ["plugged_in", "started", "interrupted"]


async def test_a_charge_that_is_unplugged_has_stopped(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=30)
    await life.act(life.car.unplug, minutes=10)
    assert types(life, "charging_session")[-2:] == ["stopped", "unplugged"]


async def test_a_trip_is_told_when_it_starts_and_ends(life: Life) -> None:
    await life.drive("work", hours=1)
    started, ended = life.events("trip")
    assert (started["event_type"], ended["event_type"]) == ("started", "ended")
    assert started["from_zone"] == "Home"
    assert "distance" not in started
    (truth,) = life.car.trips
    assert abs(ended["distance"] - (life.car.odometer - truth.start_odometer)) <= 0.1
    assert (ended["from_home"], ended["to_home"]) == (True, False)


async def test_events_of_one_delivery_are_states_of_their_own(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=10)
    told = [value for value in life.values("event", "charging_session") if value != "unknown"]
    assert len(told) == len(set(told)) == 2


async def test_a_restart_tells_no_event_again(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=30)
    told = types(life, "charging_session")
    last = life.home.state("event", life.car, "charging_session")
    await life.home.restart(life.entry)
    await life.go_on(minutes=10)
    assert types(life, "charging_session") == told
    assert life.home.state("event", life.car, "charging_session") == last


async def test_a_charge_that_begins_before_a_restart_ends_after_it(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=30)
    await life.home.restart(life.entry)
    await life.go_on(hours=2)
    assert types(life, "charging_session")[-1] == "finished"
    energy = float(life.home.state("sensor", life.car, "charged_energy"))
    assert abs(energy - life.car.charged_energy) <= 0.1


async def test_what_happens_while_an_entity_is_added_is_told(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=5)
    assert types(life, "charging_session")[0] == "plugged_in"
    assert life.history.take_charge_events() == []
    assert life.history.take_trip_events() == []
