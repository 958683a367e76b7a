"""Cars drive, charge and sleep as cars do."""

from datetime import timedelta

import pytest

from simulator import Car, ImpossibleError, Place
from simulator.car import ChargingStatus
from simulator.clock import Clock
from simulator.cloud import Cloud
from simulator.presets import default_accounts

from .conftest import START


@pytest.fixture
def car() -> Car:
    cloud = Cloud(Clock.starting(START, 0))
    default_accounts(cloud)
    return next(iter(cloud.cars.values()))


def live(car: Car, **span: float) -> None:
    car.step(car.now + timedelta(**span))


def test_a_drive_ends_at_its_destination(car: Car) -> None:
    car.drive("work")
    live(car, hours=1)
    assert car.place == "work"
    assert car.position == car.places["work"]


def test_a_car_is_on_its_route_while_it_drives(car: Car) -> None:
    car.drive("work")
    live(car, minutes=10)
    assert car.driving
    assert car.places["home"].distance_to(car.position) == pytest.approx(9.1, abs=1.5)


def test_a_drive_takes_energy_and_adds_to_the_odometer(car: Car) -> None:
    odometer, energy = car.odometer, car.energy
    car.drive("work")
    live(car, hours=1)
    distance = car.odometer - odometer
    assert distance == pytest.approx(car.routes["home", "work"].length)
    assert energy - car.energy == pytest.approx(distance * car.model.consumption / 100)


def test_an_empty_battery_ends_a_drive_on_the_way(car: Car) -> None:
    car.energy = 0.5
    car.drive("work")
    live(car, hours=1)
    assert not car.driving
    assert car.place is None
    assert car.range == 0


def test_a_drive_to_a_position_goes_straight(car: Car) -> None:
    car.drive(Place(52.45, 13.1))
    live(car, hours=1)
    assert car.position == Place(52.45, 13.1)
    assert car.place is None


def test_plugging_in_begins_to_charge(car: Car) -> None:
    car.plug_in()
    live(car, hours=1)
    assert car.status is ChargingStatus.CHARGING
    assert car.energy_added == pytest.approx(7.4 * 0.92, rel=0.01)


def test_charging_ends_exactly_at_the_limit(car: Car) -> None:
    car.plug_in()
    live(car, hours=8)
    assert car.state_of_charge == pytest.approx(80)
    assert car.status is ChargingStatus.FULLY_CHARGED
    assert car.power == 0


def test_charging_slows_down_at_high_charge(car: Car) -> None:
    car.charge_limit = 100
    car.plug_in()
    fast = car.power
    car.energy = 0.95 * car.model.capacity
    assert car.power < fast / 2


@pytest.mark.parametrize(("start", "limit"), [(20, 80), (62, 100), (90, 95)])
def test_the_time_to_complete_is_true(car: Car, start: int, limit: int) -> None:
    car.energy = start / 100 * car.model.capacity
    car.charge_limit = limit
    car.plug_in()
    minutes = car.time_to_complete
    live(car, minutes=minutes - 3)
    assert car.charging
    live(car, minutes=6)
    assert not car.charging


def test_a_full_car_does_not_charge_when_plugged_in(car: Car) -> None:
    car.energy = 0.8 * car.model.capacity
    car.plug_in()
    assert car.status is ChargingStatus.FULLY_CHARGED


def test_unplugging_ends_charging(car: Car) -> None:
    car.plug_in()
    car.unplug()
    assert car.status is ChargingStatus.NOT_CHARGING


def test_a_new_session_begins_with_no_energy_added(car: Car) -> None:
    car.plug_in()
    live(car, hours=1)
    car.unplug()
    car.plug_in()
    assert car.energy_added == 0


def test_a_plugged_in_car_does_not_drive(car: Car) -> None:
    car.plug_in()
    with pytest.raises(ImpossibleError, match="plugged in"):
        car.drive("work")


def test_a_driving_car_is_not_plugged_in(car: Car) -> None:
    car.drive("work")
    with pytest.raises(ImpossibleError, match="driving"):
        car.plug_in()


def test_a_car_does_not_know_every_place(car: Car) -> None:
    with pytest.raises(ImpossibleError, match="moon"):
        car.drive("moon")


def test_a_charging_car_stays_awake(car: Car) -> None:
    car.plug_in()
    with pytest.raises(ImpossibleError, match="charging"):
        car.sleep()


def test_plugging_in_wakes_a_car(car: Car) -> None:
    car.sleep()
    car.plug_in()
    assert not car.asleep


def test_an_open_door_is_not_locked(car: Car) -> None:
    car.set_opening("front_left_door", is_open=True)
    assert not car.locked


def test_locking_closes_all(car: Car) -> None:
    car.set_opening("rear_trunk", is_open=True)
    car.lock()
    assert car.locked
    assert not car.rear_trunk.is_open


def test_tires_are_warmer_on_the_road(car: Car) -> None:
    cold = car.tires["front_left"]
    car.drive("work")
    assert car.tires["front_left"] > cold
