"""A car is one device, named and described as people write it."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.smartcar_dynamic.device import make_name, vehicle_name
from custom_components.smartcar_dynamic.smartcar.model import VehicleInfo

from .cars import Car
from .smartcar.payloads import TUTORIAL, signal, state
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
