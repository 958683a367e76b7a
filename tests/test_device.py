"""A car is one device, named and described as people write it."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.smartcar_dynamic.device import make_name, vehicle_name
from custom_components.smartcar_dynamic.smartcar.model import VehicleInfo
from simulator import Kind

from .cars import Car
from .home import Home
from .smartcar.payloads import TUTORIAL, dynamic, endpoint, signal, state
from .webhook_client import WebhookClient


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (None, None),
        ("TESLA", "Tesla"),
        ("Tesla", "Tesla"),
        ("LAND_ROVER", "Land Rover"),
        ("BMW", "BMW"),
        ("MINI", "MINI"),
    ],
)
def test_a_make_is_written_as_people_write_it(make: str | None, written: str | None) -> None:
    assert make_name(VehicleInfo("id", make=make)) == written


@pytest.mark.parametrize(
    ("vehicle", "name"),
    [
        (VehicleInfo("id-1234"), "Vehicle 1234"),
        (VehicleInfo("id-1234", make="JAGUAR"), "Jaguar"),
        (VehicleInfo("id-1234", model="I-PACE"), "I-PACE"),
        (VehicleInfo("id-1234", make="JAGUAR", model="I-PACE", year=2021), "Jaguar I-PACE"),
        (VehicleInfo("id-1234", make="MINI", model="Mini Cooper"), "Mini Cooper"),
    ],
)
def test_a_car_is_named_by_make_model_or_id(vehicle: VehicleInfo, name: str) -> None:
    assert vehicle_name(vehicle) == name


@pytest.mark.usefixtures("entry")
async def test_a_device_of_unknown_make_is_named_by_its_id(
    smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(TUTORIAL)
    device = car.device
    assert device is not None
    assert (device.name, device.manufacturer, device.model) == ("Vehicle 71be", None, None)


@pytest.mark.usefixtures("rich_entry")
async def test_device(car: Car, snapshot: SnapshotAssertion) -> None:
    assert car.device == snapshot


@pytest.mark.usefixtures("entry")
async def test_a_delivery_with_the_make_renames_the_device(
    smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(TUTORIAL)
    await smartcar.deliver(state(signal("tractionbattery-stateofcharge", {"value": 50})))
    assert car.device is not None
    assert car.device.name == "Jaguar I-PACE"


async def test_a_car_without_a_year_has_its_model(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.runtime_data.coordinator.async_update_account(
        [VehicleInfo("one", make="AUDI", model="e-tron", vin="V1N")]
    )
    device = Car(hass, "one").device
    assert device is not None
    assert (device.model, device.serial_number) == ("e-tron", "V1N")


async def entity_ids(home: Home, vehicle_id: str) -> set[str]:
    """Deliver a vehicle that nobody has heard of; return its sensors once Smartcar has told it."""
    smartcar = WebhookClient(home.hass, home.http, management_token=home.dynamic.management_token)
    await smartcar.deliver(
        dynamic(endpoint("/battery", {"percentRemaining": 0.5, "range": 100}), vehicleId=vehicle_id)
    )
    await home.settle()
    registry = er.async_get(home.hass)
    return {
        entity.entity_id
        for entity in registry.entities.values()
        if entity.unique_id.startswith(vehicle_id) and entity.entity_id.endswith("_range")
    }


async def test_a_cars_entities_have_its_name_though_it_delivered_first(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    car = home.sim.add_car("Second", application=Kind.DYNAMIC)
    assert await entity_ids(home, car.id) == {"sensor.hyundai_ioniq_5_range"}


async def test_a_cars_entities_have_its_name_though_smartcar_tells_it_late(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    car = home.sim.add_car("Second", application=Kind.DYNAMIC)
    home.sim.fail_api(500, path=f"/vehicles/{car.id}", times=2)
    (before,) = await entity_ids(home, car.id)
    assert before.startswith("sensor.vehicle_")
    await home.pass_time(minutes=1)
    await home.pass_time(minutes=2)
    assert await entity_ids(home, car.id) == {"sensor.hyundai_ioniq_5_range"}


async def test_entity_ids_that_may_be_in_use_stay(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    car = home.sim.add_car("Second", application=Kind.DYNAMIC)
    home.sim.fail_api(500, path=f"/vehicles/{car.id}", times=-1)
    (before,) = await entity_ids(home, car.id)
    home.time.tick(timedelta(hours=2))
    home.sim.clear_faults()
    await home.pass_time(hours=1)
    device = home.device(car)
    assert device is not None
    assert device.name == "Hyundai IONIQ 5"
    assert await entity_ids(home, car.id) == {before}
