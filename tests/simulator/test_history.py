"""The world knows every charging session and every trip of a car."""

from datetime import datetime, timedelta

import pytest

from simulator import (
    FAST_CHARGER,
    PUBLIC_CHARGER,
    SOCKET,
    WALLBOX,
    Car,
    ChargingEnd,
    ChargingPoint,
    ChargingSession,
    Kind,
    Model,
    Place,
    Simulator,
    presets,
)

from .conftest import START, Receiver, webhook_for


@pytest.fixture
def car(sim: Simulator) -> Car:
    return sim.current_car


def minutes_between(start: datetime, end: datetime | None) -> float:
    assert end is not None
    return (end - start) / timedelta(minutes=1)


def session_of(car: Car) -> ChargingSession:
    (session,) = car.charging_sessions
    return session


async def test_a_session_lasts_from_plug_to_plug(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.plug_in)
    await sim.advance(timedelta(hours=10))
    sim.act(car, Car.unplug)
    session = session_of(car)
    assert session.plugged_in_at == session.started_at == START
    assert minutes_between(START, session.unplugged_at) == pytest.approx(600, abs=1)
    assert minutes_between(START, session.ended_at) == pytest.approx(82.6, abs=1)
    assert session.segments[0].end is ChargingEnd.FINISHED


async def test_a_session_has_the_energy_of_its_charge_rise(sim: Simulator, car: Car) -> None:
    before = car.energy
    sim.act(car, Car.plug_in)
    await sim.advance(timedelta(hours=10))
    session = session_of(car)
    assert session.energy == pytest.approx(car.energy - before) == pytest.approx(0.18 * 77.4)
    assert session.segments[0].start_charge == pytest.approx(62)
    assert session.segments[0].end_charge == pytest.approx(80)


@pytest.mark.parametrize("point", [WALLBOX, SOCKET, FAST_CHARGER])
async def test_the_wall_meter_counts_the_losses(
    sim: Simulator, car: Car, point: ChargingPoint
) -> None:
    sim.act(car, Car.plug_in, point)
    await sim.advance(timedelta(minutes=5))
    session = session_of(car)
    assert session.energy > 0
    assert session.metered == pytest.approx(session.energy / point.efficiency)


@pytest.mark.parametrize(("point", "power"), [(WALLBOX, 11), (SOCKET, 2.3), (FAST_CHARGER, 150)])
def test_power_is_limited_by_point_and_on_board_charger(
    sim: Simulator, car: Car, point: ChargingPoint, power: float
) -> None:
    sim.act(car, Car.plug_in, point)
    assert car.power == power
    assert car.voltage * car.amperage * min(point.phases, car.model.phases) == pytest.approx(
        1000 * power
    )


async def test_a_stopped_charge_is_interrupted_until_resumed(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.plug_in)
    await sim.advance(timedelta(minutes=20))
    sim.act(car, Car.stop_charging)
    assert session_of(car).interrupted
    await sim.advance(timedelta(minutes=20))
    sim.act(car, Car.start_charging)
    assert not session_of(car).interrupted
    assert len(session_of(car).segments) == 2


async def test_unplugging_while_charging_is_no_interruption(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.plug_in)
    await sim.advance(timedelta(minutes=20))
    sim.act(car, Car.unplug)
    assert session_of(car).segments[-1].end is ChargingEnd.UNPLUGGED
    assert not session_of(car).interrupted


async def test_a_full_car_has_a_session_without_charging(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.set_state_of_charge, 80)
    sim.act(car, Car.plug_in)
    assert session_of(car).started_at is None
    assert session_of(car).energy == 0


async def test_home_work_and_public_sessions_are_told_apart(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.plug_in)
    await sim.advance(timedelta(minutes=10))
    sim.act(car, Car.unplug)
    sim.act(car, Car.drive, "work")
    await sim.advance(timedelta(hours=1))
    sim.act(car, Car.plug_in, PUBLIC_CHARGER)
    await sim.advance(timedelta(minutes=10))
    home, away = car.charging_sessions
    assert (home.place, home.is_home, home.is_public) == ("home", True, False)
    assert (away.place, away.is_home, away.is_public) == ("work", False, True)
    assert car.charged_energy_home == home.energy
    assert car.charged_energy == home.energy + away.energy


async def test_energy_added_restarts_at_each_plug_in(sim: Simulator, car: Car) -> None:
    for _ in range(2):
        sim.act(car, Car.plug_in)
        await sim.advance(timedelta(minutes=10))
        assert car.energy_added == pytest.approx(11 * 0.92 / 6, rel=0.01)
        sim.act(car, Car.unplug)
    assert car.charged_energy == pytest.approx(2 * 11 * 0.92 / 6, rel=0.01)


async def test_energy_added_survives_a_pause(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.plug_in)
    await sim.advance(timedelta(minutes=10))
    sim.act(car, Car.stop_charging)
    added = car.energy_added
    sim.act(car, Car.start_charging)
    assert car.energy_added == added > 0


@pytest.mark.parametrize(("model", "reports"), [(presets.CROSSOVER, True), (presets.VAN, False)])
async def test_not_every_car_reports_the_energy_added(
    sim: Simulator, receiver: Receiver, *, model: Model, reports: bool
) -> None:
    webhook = await webhook_for(sim, receiver, Kind.CURRENT, data=("charge-energyadded",))
    car = sim.add_car("Charging", model=model)
    sim.subscribe(webhook, car)
    sim.act(car, Car.plug_in)
    await sim.advance(timedelta(minutes=10))
    receiver.received.clear()
    await sim.deliver(car)
    (signal,) = receiver.of("VEHICLE_STATE")[0]["data"]["signals"]
    assert ("body" in signal) is reports
    assert car.charged_energy > 1


async def test_a_trip_knows_distance_and_places(sim: Simulator, car: Car) -> None:
    odometer = car.odometer
    sim.act(car, Car.drive, "work")
    await sim.advance(timedelta(hours=1))
    (trip,) = car.trips
    assert (trip.origin_place, trip.destination_place) == ("home", "work")
    assert trip.distance == pytest.approx(car.routes["home", "work"].length)
    assert trip.distance == pytest.approx(car.odometer - odometer)
    assert trip.energy == pytest.approx(trip.distance * car.model.consumption / 100)
    assert minutes_between(trip.started_at, trip.ended_at) == pytest.approx(
        60 * trip.distance / 55, abs=1
    )


async def test_a_trip_is_open_while_the_car_drives(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.drive, "work")
    await sim.advance(timedelta(minutes=5))
    (trip,) = car.trips
    assert trip.distance > 4
    assert trip.ended_at is None
    assert trip.destination is None


async def test_an_empty_battery_ends_a_trip_on_the_way(sim: Simulator, car: Car) -> None:
    sim.act(car, Car.set_state_of_charge, 1)
    sim.act(car, Car.drive, Place(52.0, 13.2))
    await sim.advance(timedelta(hours=2))
    (trip,) = car.trips
    assert trip.destination == car.position
    assert trip.destination_place is None
    assert trip.end_charge == 0
    assert trip.energy == pytest.approx(0.774)


async def test_the_scripted_day_has_two_trips_and_two_sessions(sim: Simulator, car: Car) -> None:
    sim.start_day(car)
    await sim.advance(timedelta(hours=24))
    assert [trip.destination_place for trip in car.trips] == ["work", "home"]
    assert [session.place for session in car.charging_sessions] == ["work", "home"]
    assert [session.segments[-1].end for session in car.charging_sessions] == [
        ChargingEnd.UNPLUGGED,
        ChargingEnd.FINISHED,
    ]


async def test_energy_is_conserved_over_days(sim: Simulator, car: Car) -> None:
    before = car.energy
    for _ in range(3):
        sim.start_day(car)
        await sim.advance(timedelta(hours=24))
    driven = sum(trip.energy for trip in car.trips)
    assert car.energy == pytest.approx(before + car.charged_energy - driven)
