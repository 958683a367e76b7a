"""Reads: what they bring, what they cost, and why they are refused."""

import asyncio
from datetime import UTC, datetime, timedelta

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.smartcar_dynamic.first_setup import FirstSetup, async_hand_over
from custom_components.smartcar_dynamic.reader import Reader, news_of
from custom_components.smartcar_dynamic.smartcar.model import (
    Content,
    Reading,
    Report,
    Signal,
    VehicleInfo,
)
from custom_components.smartcar_dynamic.vehicle import VehicleState
from simulator import Car, Kind

from .entries import WEBHOOK_ID
from .home import Home
from .reading import live, read, used

CHARGE = "tractionbattery-stateofcharge"


def reader_of(home: Home) -> Reader:
    """Return what reads the cars."""
    reader = home.runtime(home.entries[0]).reader
    assert reader is not None
    return reader


async def update(home: Home, *entity_ids: str) -> None:
    """Ask Home Assistant to update entities."""
    assert await async_setup_component(home.hass, "homeassistant", {})
    await home.hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": list(entity_ids)}, blocking=True
    )
    await home.settle()


# What a read brings


async def test_the_action_answers_with_values_and_times(home: Home) -> None:
    await live(home)
    car = home.sim.current_car
    device = home.device(car)
    assert device is not None
    answer = (await read(home))[device.id]
    assert answer[CHARGE] == {
        "value": 62,
        "unit": "%",
        "recorded_at": car.recorded_at.isoformat(),
    }
    assert set(answer["location-preciselocation"]["value"]) == {"latitude", "longitude"}
    assert answer["vehicleidentification-vin"]["recorded_at"] is None
    assert home.billed == used(home) == 1


async def test_the_action_answers_nobody_who_does_not_ask(home: Home) -> None:
    await live(home)
    device = home.device(home.sim.current_car)
    assert device is not None
    await home.hass.services.async_call(
        "smartcar_dynamic", "read_signals", {"device_id": device.id}, blocking=True
    )
    assert home.state("sensor", home.sim.current_car, CHARGE) == "62"


async def test_a_value_that_is_a_time_is_answered_as_text(home: Home) -> None:
    await live(home)
    car = home.sim.current_car
    device = home.device(car)
    assert device is not None
    key = "charge-chargerecords.started_at"
    vehicle = home.runtime(home.entries[0]).coordinator.vehicles[car.id]
    vehicle.readings[key] = Reading(key, datetime(2026, 11, 24, 22, 0, tzinfo=UTC))
    assert (await read(home))[device.id][key] == {
        "value": "2026-11-24T22:00:00+00:00",
        "unit": None,
        "recorded_at": None,
    }


async def test_several_cars_are_read_once_each(home: Home) -> None:
    van = home.sim.add_car("Van")
    await live(home)
    answer = await read(home, home.sim.current_car, van, van)
    assert len(answer) == 2
    assert home.billed == 2


async def test_a_car_that_fails_does_not_cost_the_others(home: Home) -> None:
    van = home.sim.add_car("Van")
    await live(home)
    home.sim.rate_limit(path=f"{home.sim.current_car.id}/signals")
    with pytest.raises(HomeAssistantError, match="accepts no requests"):
        await read(home, home.sim.current_car, van)
    assert home.state("sensor", van, CHARGE) == "62"


async def test_updating_many_entities_is_one_read(home: Home) -> None:
    await live(home)
    await read(home)
    entities = [
        entry.entity_id
        for entry in er.async_get(home.hass).entities.values()
        if home.hass.states.get(entry.entity_id) is not None
    ]
    assert len(entities) > 20
    await update(home, *entities)
    assert home.billed == used(home) == 2


async def test_an_update_that_fails_is_logged_once(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    await live(home)
    entity_id = home.entity_id("sensor", home.sim.current_car, "odometer-traveleddistance")
    home.sim.fail_api(500, path="/signals", times=-1)
    for _ in range(2):
        await update(home, entity_id)
    assert [it.levelname for it in caplog.records if "refused to read" in it.message] == ["WARNING"]
    assert "Traceback" not in caplog.text


async def test_updating_an_entity_of_a_v2_car_reads_nothing(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    await home.deliver()
    entity_id = home.entity_id("sensor", home.sim.dynamic_car, CHARGE)
    before = home.billed
    await update(home, entity_id)
    assert home.billed == before


async def test_a_read_never_rolls_a_newer_value_back(home: Home) -> None:
    await home.live()
    car = home.sim.current_car
    vehicle = None
    await home.deliver()
    home.sim.set_signal_problem(car, "odometer-traveleddistance", None)
    vehicle = home.runtime(home.entries[0]).coordinator.vehicles[car.id]
    newer = vehicle.signals[CHARGE]
    assert newer.recorded_at is not None
    newer.recorded_at += 60_000
    home.sim.act(car, Car.plug_in)
    before = home.state("sensor", car, CHARGE)
    car.energy /= 2
    await read(home)
    assert home.state("sensor", car, CHARGE) == before


@pytest.mark.parametrize(
    ("known_is_smartcars", "read_is_smartcars", "is_news"),
    [(True, False, True), (True, True, False), (False, True, False), (False, False, False)],
)
def test_an_earlier_time_is_news_after_one_of_smartcars(
    *, known_is_smartcars: bool, read_is_smartcars: bool, is_news: bool
) -> None:
    def report(at: int, charge: float, *, is_smartcars: bool) -> Report:
        content = Content(CHARGE, (Reading(CHARGE, charge),))
        codes = frozenset({CHARGE} if is_smartcars else ())
        return Report(VehicleInfo("car"), None, at, (Signal(content, at),), retrieved=codes)

    vehicle = VehicleState(VehicleInfo("car"))
    vehicle.apply(report(2000, 80, is_smartcars=known_is_smartcars))
    news = news_of(report(1000, 70, is_smartcars=read_is_smartcars), vehicle)
    assert bool(news.signals) is is_news


async def test_a_read_is_no_delivery(home: Home) -> None:
    await live(home)
    vehicle = home.runtime(home.entries[0]).coordinator.vehicles[home.sim.current_car.id]
    before = vehicle.last_delivery
    await home.pass_time(minutes=10)
    await read(home)
    assert vehicle.last_delivery == before
    assert home.runtime(home.entries[0]).store.data.status.last_delivery == before


async def test_a_read_of_known_values_ends_no_account_problem(home: Home) -> None:
    await live(home)
    car = home.sim.current_car
    await read(home)
    await home.pass_time(minutes=1)
    home.sim.revoke(car)
    await home.deliver()
    vehicle = home.runtime(home.entries[0]).coordinator.vehicles[car.id]
    assert vehicle.needs_reauthentication
    car.problem = None
    await home.pass_time(minutes=1)
    await read(home)
    assert vehicle.needs_reauthentication


async def test_a_read_shows_that_the_account_has_a_problem(home: Home) -> None:
    await live(home)
    home.sim.revoke(home.sim.current_car)
    await read(home)
    vehicle = home.runtime(home.entries[0]).coordinator.vehicles[home.sim.current_car.id]
    assert vehicle.needs_reauthentication


async def test_an_older_error_does_not_hide_a_newer_value(home: Home) -> None:
    await home.live()
    await home.deliver()
    car = home.sim.current_car
    vehicle = home.runtime(home.entries[0]).coordinator.vehicles[car.id]
    recorded_at = vehicle.signals[CHARGE].recorded_at
    assert recorded_at is not None
    vehicle.signals[CHARGE].recorded_at = recorded_at + 86_400_000
    home.sim.set_signal_problem(car, CHARGE, "PERMISSION.null")
    await read(home)
    assert home.state("sensor", car, CHARGE) == "62"


# One at a time


async def test_those_who_ask_at_once_share_one_read(home: Home) -> None:
    await live(home)
    await asyncio.gather(*(read(home) for _ in range(3)))
    assert home.billed == used(home) == 1


async def test_who_stops_waiting_does_not_stop_the_read(home: Home) -> None:
    await live(home)
    vehicle = home.runtime(home.entries[0]).coordinator.vehicles[home.sim.current_car.id]
    waiting = asyncio.create_task(reader_of(home).async_read(vehicle))
    await asyncio.sleep(0)
    waiting.cancel()
    await home.settle()
    assert home.state("sensor", home.sim.current_car, CHARGE) == "62"


async def test_unloading_ends_a_read_with_a_word(home: Home) -> None:
    entry = await live(home)
    home.sim.fail_api(None, path="/signals", delay=0.5)
    asked = asyncio.create_task(read(home))
    for _ in range(1000):
        await asyncio.sleep(0)
    assert used(home) == 1
    await home.hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError, match="unloaded meanwhile"):
        await asked
    home.time.tick(1)


# What it costs


async def test_a_read_that_fails_is_counted(home: Home) -> None:
    await live(home)
    home.sim.fail_api(502, path="/signals", problem="UPSTREAM.NO_RESPONSE")
    with pytest.raises(HomeAssistantError, match=r"refused to read .*: UPSTREAM:NO_RESPONSE"):
        await read(home)
    assert used(home) == 1


async def test_the_count_is_kept_over_a_restart(home: Home) -> None:
    entry = await live(home)
    await read(home)
    await home.restart(entry)
    assert used(home) == 1


async def test_the_reserve_is_kept_for_commands(home: Home) -> None:
    await live(home, calls_per_month=2, reserve=1)
    await read(home)
    with pytest.raises(HomeAssistantError, match=r"1 of 2 requests .* the last 1 are kept"):
        await read(home)
    assert home.billed == 1


async def test_force_takes_from_the_reserve_but_not_from_more(home: Home) -> None:
    await live(home, calls_per_month=2, reserve=1)
    await read(home)
    await read(home, force=True)
    with pytest.raises(HomeAssistantError, match="all 2 requests of this month are used"):
        await read(home, force=True)
    assert home.billed == 2


async def test_430_stops_reads_for_the_month_and_says_so_once(home: Home) -> None:
    await live(home)
    home.sim.exhaust_plan()
    with pytest.raises(HomeAssistantError, match="Smartcar says that the requests"):
        await read(home)
    calls = home.sim.cloud.meter.calls.total()
    for force in (False, True):
        with pytest.raises(HomeAssistantError, match="Smartcar says that the requests"):
            await read(home, force=force)
    assert home.sim.cloud.meter.calls.total() == calls
    assert await home.raised() == {"requests_used_up"}
    form = await home.fix("requests_used_up")
    assert form["errors"] == {"base": "not_resolved"}


async def test_reads_go_on_when_the_month_is_over(home: Home) -> None:
    await live(home)
    home.sim.exhaust_plan()
    with pytest.raises(HomeAssistantError):
        await read(home)
    home.sim.clear_faults()
    await home.sim.advance(timedelta(days=31))
    await home.pass_time(days=31)
    await home.pass_hours(1)
    assert "requests_used_up" not in await home.raised()
    await read(home)


async def test_a_plan_that_lacks_reads_is_not_used_up(home: Home) -> None:
    await live(home)
    home.sim.fail_api(430, path="/signals", problem="INVALID_PLAN")
    with pytest.raises(HomeAssistantError, match="BILLING:INVALID_PLAN"):
        await read(home)
    await read(home)


# Why it is refused


async def test_an_empty_store_explains_itself(home: Home) -> None:
    webhook = await home.webhook()
    await home.set_up(home.new_entry(webhook))
    with pytest.raises(HomeAssistantError, match="only once the webhook is verified"):
        await read(home)
    assert home.billed == used(home) == 1


async def test_smartcar_is_left_alone_for_as_long_as_it_wants(home: Home) -> None:
    await live(home)
    home.sim.rate_limit(120, path="/signals")
    with pytest.raises(HomeAssistantError, match="accepts no requests before"):
        await read(home)
    await home.pass_time(seconds=119)
    with pytest.raises(HomeAssistantError, match="accepts no requests before"):
        await read(home, force=True)
    assert used(home) == 1
    await home.pass_time(seconds=2)
    await read(home)


async def test_a_limit_of_the_application_is_every_cars(home: Home) -> None:
    van = home.sim.add_car("Van")
    await live(home)
    home.sim.fail_api(429, path=f"{van.id}/signals", problem="RATE_LIMIT.SMARTCAR_API")
    for car in (van, home.sim.current_car):
        with pytest.raises(HomeAssistantError, match="accepts no requests before"):
            await read(home, car)


async def test_refused_credentials_ask_for_new_ones(home: Home) -> None:
    entry = await live(home)
    home.sim.expire_tokens()
    home.sim.reject_credentials()
    with pytest.raises(HomeAssistantError, match="could not be read"):
        await read(home)
    await home.settle()
    assert any(entry.async_get_active_flows(home.hass, {SOURCE_REAUTH}))


async def test_smartcar_out_of_reach_is_said(home: Home) -> None:
    await live(home)
    home.sim.fail_api(0, path="/signals", times=-1)
    with pytest.raises(HomeAssistantError, match="could not be read"):
        await read(home)


async def test_a_car_that_was_forgotten_cannot_be_read(home: Home) -> None:
    entry = await live(home)
    home.runtime(entry).coordinator.async_forget(home.sim.current_car.id)
    with pytest.raises(ServiceValidationError, match="is not a Smartcar Dynamic car"):
        await read(home)


async def test_a_v2_car_cannot_be_read_and_is_told_why(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    await home.deliver()
    with pytest.raises(ServiceValidationError, match=r"API v2\.0"):
        await read(home, home.sim.dynamic_car)


# At set-up


async def test_a_wanted_first_read_follows_the_first_delivery(home: Home) -> None:
    async_hand_over(home.hass, WEBHOOK_ID, FirstSetup(is_read_once=True))
    await live(home)
    assert home.billed == 1
    await home.deliver()
    await home.pass_time(minutes=11)
    assert home.billed == 1
    assert home.state("sensor", home.sim.current_car, CHARGE) == "62"


async def test_a_wanted_first_read_does_not_wait_for_ever(home: Home) -> None:
    async_hand_over(home.hass, WEBHOOK_ID, FirstSetup(is_read_once=True))
    webhook = await home.webhook()
    await home.set_up(home.new_entry(webhook))
    assert home.billed == 0
    await home.pass_time(minutes=11)
    assert home.billed == 1


async def test_a_first_read_that_nobody_wanted_is_not_made(home: Home) -> None:
    entry = await live(home)
    await home.pass_time(minutes=11)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert home.billed == 0
