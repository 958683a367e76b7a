"""Triggers: an automation that has the car as target runs at the right moment."""

from typing import Any

from homeassistant.core import Event
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from .automations import automate, device_of
from .commanded import ALL
from .entries import DOMAIN
from .home import Home
from .life import Life, begin
from .texts import ENGLISH

OWN = {f"{DOMAIN}.{name}" for name in ENGLISH["triggers"]}


async def on(life: Life, name: str, **options: object) -> list[Event]:
    """Add an automation with a trigger for the car; return its runs."""
    trigger: dict[str, Any] = {
        "trigger": f"{DOMAIN}.{name}",
        "target": {"device_id": device_of(life)},
    }
    if options:
        trigger["options"] = options
    data = {"state_of_charge": "{{ trigger.to_state.attributes.state_of_charge }}"}
    return await automate(life.home.hass, trigger, data=data)


async def test_charging_started_runs_once_a_charge_begins(life: Life) -> None:
    runs = await on(life, "charging_started")
    await life.act(life.car.plug_in, hours=3)
    assert len(runs) == 1


async def test_charging_finished_runs_at_the_limit(life: Life) -> None:
    runs = await on(life, "charging_finished")
    await life.act(life.car.plug_in, minutes=30)
    assert runs == []
    await life.go_on(hours=3)
    (run,) = runs
    assert run.data == {"state_of_charge": 80.0}


async def test_charging_interrupted_runs_when_it_stops_short(life: Life) -> None:
    runs = await on(life, "charging_interrupted")
    await life.act(life.car.plug_in, minutes=30)
    assert runs == []
    await life.act(life.car.stop_charging, minutes=10)
    assert len(runs) == 1


async def test_plugged_in_runs_though_charging_starts_at_once(life: Life) -> None:
    runs = await on(life, "plugged_in")
    await life.act(life.car.plug_in, minutes=30)
    assert len(runs) == 1


async def test_unplugged_runs_when_the_cable_is_pulled(life: Life) -> None:
    runs = await on(life, "unplugged")
    await life.act(life.car.plug_in, minutes=30)
    assert runs == []
    await life.act(life.car.unplug, minutes=10)
    assert len(runs) == 1


async def test_plugged_in_not_charging_waits_for_its_time(life: Life) -> None:
    runs = await on(life, "plugged_in_not_charging", **{"for": {"minutes": 20}})
    await life.act(life.car.plug_in, minutes=30)
    await life.act(life.car.stop_charging, minutes=15)
    assert runs == []
    await life.go_on(minutes=15)
    assert len(runs) == 1


async def test_plugged_in_not_charging_is_silent_about_a_full_car(life: Life) -> None:
    runs = await on(life, "plugged_in_not_charging", **{"for": {"minutes": 5}})
    await life.act(life.car.plug_in, hours=4)
    assert runs == []


async def test_trip_started_runs_once_the_car_has_set_out(life: Life) -> None:
    runs = await on(life, "trip_started")
    await life.drive("work", minutes=15)
    assert len(runs) == 1


async def test_trip_ended_runs_when_the_car_has_stood(life: Life) -> None:
    runs = await on(life, "trip_ended")
    await life.drive("work", hours=1)
    assert len(runs) == 1


async def test_the_event_entity_can_be_the_target(life: Life) -> None:
    entity_id = life.home.entity_id("event", life.car, "charging_session")
    trigger = {"trigger": f"{DOMAIN}.charging_started", "target": {"entity_id": entity_id}}
    runs = await automate(life.home.hass, trigger)
    await life.act(life.car.plug_in, minutes=30)
    assert len(runs) == 1


async def test_an_automation_finds_every_entity_up_to_date(home: Home) -> None:
    home.sim.set_permissions(home.car(), ALL)
    life = await begin(home)
    keys = {"switch": "charge-ischarging", "sensor": "charge_connection"}
    data = {it: f"{{{{ states('{life.home.entity_id(it, life.car, keys[it])}') }}}}" for it in keys}
    trigger = {
        "trigger": f"{DOMAIN}.charging_started",
        "target": {"device_id": device_of(life)},
    }
    runs = await automate(life.home.hass, trigger, data=data)
    await life.act(life.car.plug_in, minutes=10)
    (run,) = runs
    assert run.data == {"switch": "on", "sensor": "charging"}


async def test_a_restart_runs_nothing_again(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=30)
    runs = await on(life, "charging_started")
    await life.home.restart(life.entry)
    await life.go_on(minutes=10)
    assert runs == []


async def offered(life: Life) -> set[str]:
    """Return what the automation editor offers for the car."""
    answer = await life.home.ask(
        {"type": "get_triggers_for_target", "target": {"device_id": [device_of(life)]}}
    )
    return set(answer["result"])


async def test_the_editor_offers_what_owners_automate_on(life: Life) -> None:
    for integration in ("battery", "zone"):
        assert await async_setup_component(life.home.hass, integration, {})
    await life.act(life.car.plug_in, minutes=10)
    wanted = OWN | {"zone.entered", "zone.left", "battery.level_crossed_threshold"}
    assert wanted <= await offered(life)


async def test_the_location_is_not_diagnostic(life: Life) -> None:
    entity_id = life.home.entity_id("device_tracker", life.car, "location-preciselocation")
    entry = er.async_get(life.home.hass).async_get(entity_id)
    assert entry is not None
    assert entry.entity_category is None
