"""Series of deliveries in which public reports showed a fault, from the shared cases."""

from homeassistant.helpers import entity_registry as er
import pytest

from ..cars import Car
from ..senders import Sender
from .payloads import SHARED, Json, load

CASES = SHARED.parent / "cases"
VEHICLE_ID = "0b1f6a52-6a1e-4c55-9a57-3f1b6f0c1d2e"

pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")


@pytest.fixture
def car(sender: Sender) -> Car:
    return Car(sender.hass, VEHICLE_ID)


def case(number: int) -> list[Json]:
    """Return the deliveries of a case."""
    (path,) = CASES.glob(f"{number:02}_*.json")
    deliveries: list[Json] = load(path)
    return deliveries


@pytest.mark.usefixtures("entry")
async def test_an_account_error_on_one_cached_signal_costs_no_other(
    sender: Sender, car: Car
) -> None:
    for delivery, charge in zip(case(22), ("50", "49", "48"), strict=True):
        assert (await sender.deliver(delivery)).status == 204
        assert car.value("tractionbattery-stateofcharge") == charge
        assert car.is_available("odometer-traveleddistance")


@pytest.mark.usefixtures("entry")
async def test_values_that_are_an_object_are_read(sender: Sender, car: Car) -> None:
    (delivery,) = case(5)
    await sender.deliver(delivery)
    assert car.value("charge-chargelimits") == "80"
    assert car.value("closure-doors.front_left.is_open") == "off"
    assert car.value("closure-doors.front_right.is_open") == "on"


@pytest.mark.usefixtures("entry")
async def test_an_odometer_does_not_fall_to_zero(sender: Sender, car: Car) -> None:
    shown = []
    for delivery in case(12):
        await sender.deliver(delivery)
        shown.append(float(car.value("odometer-traveleddistance")))
    assert shown == [25000, 25000, 25010]


@pytest.mark.usefixtures("entry")
async def test_no_spelling_of_a_unit_makes_a_value_unknown(sender: Sender, car: Car) -> None:
    shown = []
    for delivery in case(17):
        await sender.deliver(delivery)
        keys = ("odometer-traveleddistance", "tractionbattery-range")
        shown.append(tuple(round(float(car.value(key))) for key in keys))
    assert shown == [(10000, 300), (10000, 300), (10000, 300), (10001, 299), (10002, 298)]


@pytest.mark.usefixtures("entry")
async def test_a_unit_of_another_kind_is_never_shown_as_the_first(sender: Sender, car: Car) -> None:
    shown = []
    keys = ("tractionbattery-estimatedrange", "charge-power")
    for key in keys:
        er.async_get(sender.hass).async_get_or_create(
            "sensor", "smartcar_dynamic", f"{VEHICLE_ID}_{key}"
        )
    for delivery in case(26):
        await sender.deliver(delivery)
        shown.append(tuple(car.value(key) for key in keys))
    assert shown == [("310", "7200"), ("unknown", "7200"), ("unknown", "7200")]
