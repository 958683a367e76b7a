"""Reads when they bring news: told by pushes, made at their time, kept over a restart."""

from datetime import timedelta
from http import HTTPStatus

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.diagnostics import async_get_device_diagnostics
from custom_components.smartcar_dynamic.planned_reads import PlannedReads, values_of
from custom_components.smartcar_dynamic.read_planner import ReadReason, Values
from custom_components.smartcar_dynamic.smartcar.model import Reading, VehicleInfo
from custom_components.smartcar_dynamic.vehicle import VehicleState
from simulator import Car

from .home import Home
from .reading import live, read, used
from .smartcar.payloads import signal, state
from .webhook_client import WebhookClient


async def planned(home: Home, **options: object) -> MockConfigEntry:
    """Return an entry that reads when it brings news."""
    return await live(home, read_on_news=True, **options)


def plans(home: Home) -> PlannedReads:
    """Return what plans the reads."""
    planned_reads = home.runtime(home.entries[0]).planned_reads
    assert planned_reads is not None
    return planned_reads


async def pass_both(home: Home, **span: float) -> None:
    """Let time pass in Home Assistant and at Smartcar."""
    await home.sim.advance(timedelta(**span))
    await home.pass_time(**span)


async def test_a_car_is_read_by_itself_and_within_its_plan(home: Home) -> None:
    await planned(home)
    for _ in range(48):
        await pass_both(home, minutes=30)
    assert 0 < home.billed < 20
    assert home.billed == used(home)


async def test_nothing_is_planned_unless_it_is_wanted(home: Home) -> None:
    entry = await live(home)
    for _ in range(24):
        await pass_both(home, hours=1)
    assert home.billed == 0
    assert home.runtime(entry).planned_reads is None


async def test_a_push_brings_the_next_read_near(home: Home) -> None:
    await planned(home)
    await read(home)
    car = home.sim.current_car
    before = plans(home).async_next_read(car.id)
    await pass_both(home, minutes=20)
    car.odometer += 12
    home.sim.act(car, Car.plug_in)
    await home.deliver()
    after = plans(home).async_next_read(car.id)
    assert before is not None
    assert after is not None
    assert after.at < before.at


async def test_a_trip_that_has_ended_is_worth_a_read(home: Home, smartcar: WebhookClient) -> None:
    entry = await planned(home)
    car = home.sim.current_car
    cloud = smartcar.with_token(entry.data["management_token"])

    async def push(odometer: float, gear: str) -> None:
        time = round(dt_util.utcnow().timestamp() * 1000)
        meta = {"oemUpdatedAt": time}
        payload = state(
            signal("odometer-traveleddistance", {"value": odometer, "unit": "km"}, meta=meta),
            signal("transmission-gearstate", {"value": gear}, meta=meta),
            eventId=f"trip-{time}",
        )
        payload["data"]["vehicle"] = {"id": car.id}
        payload["meta"]["deliveredAt"] = time
        assert (await cloud.deliver(payload)).status == HTTPStatus.NO_CONTENT

    await push(car.odometer + 1, "DRIVE")
    await home.pass_time(minutes=10)
    await push(car.odometer + 9, "DRIVE")
    await home.pass_time(minutes=1)
    await push(car.odometer + 10, "PARK")
    await home.pass_time(minutes=5)
    planned_read = plans(home).async_next_read(car.id)
    assert planned_read is not None
    assert planned_read.reason is ReadReason.TRIP_ENDED


async def test_a_limited_read_waits(home: Home) -> None:
    await planned(home)
    home.sim.rate_limit(3600, path="/signals", times=-1)
    for _ in range(48):
        await pass_both(home, minutes=30)
    assert 0 < used(home) <= 24


async def test_no_read_is_planned_after_430_before_the_month_ends(home: Home) -> None:
    await planned(home)
    home.sim.exhaust_plan()
    for _ in range(24):
        await pass_both(home, hours=1)
    assert used(home) == 1


async def test_a_refused_read_is_tried_again_later(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    van = home.sim.add_car("Van")
    await planned(home)
    home.sim.fail_api(
        429, path=f"{van.id}/signals", problem="RATE_LIMIT.SMARTCAR_API", retry_after=86_400
    )
    with pytest.raises(HomeAssistantError):
        await read(home, van)
    before = used(home)
    for _ in range(23):
        await pass_both(home, hours=1)
    assert used(home) == before
    assert "accepts no requests before" in caplog.text
    for _ in range(24):
        await pass_both(home, hours=1)
    assert used(home) > before


async def test_a_read_that_fails_is_tried_again_later(home: Home) -> None:
    await planned(home)
    home.sim.fail_api(500, path="/signals")
    for _ in range(24):
        await pass_both(home, hours=1)
    assert home.state("sensor", home.sim.current_car, "tractionbattery-stateofcharge") == "62"


async def test_what_is_planned_is_kept_over_a_restart(home: Home) -> None:
    entry = await planned(home)
    await read(home)
    before = plans(home).async_next_read(home.sim.current_car.id)
    await home.restart(entry)
    assert before is not None
    assert plans(home).async_next_read(home.sim.current_car.id) == before


async def test_an_unloaded_entry_reads_nothing(home: Home) -> None:
    entry = await planned(home)
    planned_reads = plans(home)
    await home.hass.config_entries.async_unload(entry.entry_id)
    before = home.billed
    for _ in range(24):
        await pass_both(home, hours=1)
    assert home.billed == before
    assert planned_reads.async_next_read(home.sim.current_car.id) is None


async def test_a_forgotten_car_is_not_read(home: Home) -> None:
    entry = await planned(home)
    before = home.billed
    home.runtime(entry).coordinator.async_forget(home.sim.current_car.id)
    await pass_both(home, hours=30)
    assert home.billed == before


async def test_diagnostics_say_when_and_why_a_car_is_read_next(home: Home) -> None:
    entry = await planned(home)
    await read(home)
    device = home.device(home.sim.current_car)
    assert device is not None
    diagnostics = await async_get_device_diagnostics(home.hass, entry, device)
    vehicles = diagnostics["vehicles"]
    assert isinstance(vehicles, list)
    reads = vehicles[0]["reads"]
    planned_read = plans(home).async_next_read(home.sim.current_car.id)
    assert planned_read is not None
    assert reads["next_read"]["reason"] == planned_read.reason
    assert reads["calls_used"] == used(home)
    assert (reads["planned"], reads["refused"]) == (True, None)


async def test_diagnostics_say_that_reads_are_not_planned(home: Home) -> None:
    entry = await live(home, calls_per_month=1, reserve=1)
    device = home.device(home.sim.current_car)
    assert device is not None
    diagnostics = await async_get_device_diagnostics(home.hass, entry, device)
    vehicles = diagnostics["vehicles"]
    assert isinstance(vehicles, list)
    assert vehicles[0]["reads"] == {
        "calls_used": 0,
        "calls_left": 1,
        "reserve": 1,
        "refused": "reserved",
        "planned": False,
        "next_read": None,
    }


@pytest.mark.parametrize(
    ("key", "value", "known"),
    [
        ("tractionbattery-stateofcharge", 62, Values(state_of_charge=62)),
        ("charge-ischarging", True, Values(is_charging=True)),
        ("charge-ischarging", 1, Values()),
        ("charge-wattage", True, Values()),
        ("charge-wattage", None, Values()),
        ("closure-sunroof", True, Values()),
    ],
)
def test_a_planner_is_told_what_it_can_use(key: str, value: float | None, known: Values) -> None:
    vehicle = VehicleState(VehicleInfo("car-1"), readings={key: Reading(key, value)})
    assert values_of(vehicle, [key, "another"]) == known
