"""Series of deliveries in which public reports showed a fault, from the shared cases."""

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
