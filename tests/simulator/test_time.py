"""Time passes by hand or by itself, and nothing lingers."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from simulator import Car, Simulator
from simulator.clock import epoch_ms, iso

from .conftest import START, Receiver


@pytest.mark.usefixtures("current")
async def test_nothing_happens_before_time_passes(sim: Simulator, receiver: Receiver) -> None:
    sim.act(sim.current_car, Car.plug_in)
    await asyncio.sleep(0.25)
    assert not receiver.received


async def test_both_times_move_together_by_hand(sim: Simulator) -> None:
    await sim.advance(timedelta(hours=3))
    assert sim.clock.now == sim.clock.wall == START + timedelta(hours=3)


@pytest.mark.usefixtures("socket_enabled")
async def test_running_time_is_faster_than_the_stamps() -> None:
    async with Simulator(start=START, speed=600) as sim:
        await asyncio.sleep(0.35)
        lived, stamped = sim.clock.now - START, sim.clock.wall - START
    assert lived > timedelta(minutes=1)
    assert stamped < timedelta(seconds=2)


@pytest.mark.usefixtures("socket_enabled")
async def test_stamps_are_never_in_the_future() -> None:
    async with Simulator(speed=600) as sim:
        await asyncio.sleep(0.25)
        await sim.advance(timedelta(hours=6))
        ahead = sim.clock.wall - datetime.now(UTC)
    assert ahead < timedelta(seconds=1)


@pytest.mark.usefixtures("socket_enabled")
async def test_paused_cars_stand_still() -> None:
    async with Simulator(start=START) as sim:
        sim.run(0)
        await asyncio.sleep(0.15)
        assert sim.clock.now == START


async def test_two_events_never_bear_the_same_stamp(sim: Simulator) -> None:
    sim.act(sim.current_car, Car.plug_in)
    first = sim.current_car.recorded_at
    sim.act(sim.current_car, Car.unplug)
    assert sim.current_car.recorded_at > first


async def test_the_scripted_day_ends_charged_and_asleep_at_home(sim: Simulator) -> None:
    sim.start_day()
    await sim.advance(timedelta(hours=24))
    for car in sim.cloud.cars.values():
        assert sim.days[car.id].done
        assert car.asleep
        assert car.place == "home"
        assert car.state_of_charge == pytest.approx(80)


async def test_a_day_begun_again_replaces_the_first(sim: Simulator) -> None:
    sim.start_day(sim.current_car)
    await sim.advance(timedelta(minutes=1))
    sim.start_day(sim.current_car)
    odometer = sim.current_car.odometer
    await sim.advance(timedelta(hours=24))
    length = 2 * sim.current_car.routes["home", "work"].length
    assert sim.current_car.odometer - odometer == pytest.approx(length)


async def test_a_sleeping_car_records_nothing(sim: Simulator) -> None:
    sim.act(sim.current_car, Car.sleep)
    asleep_since = sim.current_car.recorded_at
    await sim.advance(timedelta(hours=1))
    assert sim.current_car.recorded_at == asleep_since


def test_stamps_have_milliseconds() -> None:
    moment = datetime(2026, 11, 23, 6, 0, 1, 234000, tzinfo=UTC)
    assert iso(moment) == "2026-11-23T06:00:01.234Z"
    assert epoch_ms(moment) == 1795413601234
