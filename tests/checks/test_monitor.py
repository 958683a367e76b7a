"""When the connection is checked, and what follows from the results."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
import pytest

from custom_components.smartcar_dynamic.checks import monitor
from custom_components.smartcar_dynamic.checks.monitor import is_check_due
from custom_components.smartcar_dynamic.device import async_vehicle_names
from custom_components.smartcar_dynamic.smartcar.model import VehicleInfo
from custom_components.smartcar_dynamic.util import DAY, HOUR
from custom_components.smartcar_dynamic.vehicle import VehicleState

from ..home import Home


async def test_names_are_looked_up_once_for_all_vehicles(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, _ = await home.live()
    data, looked_up = home.runtime(entry), []
    data.coordinator.async_update_account([VehicleInfo(f"car {n}") for n in range(30)])
    await home.settle()

    def names(
        hass: HomeAssistant, entry_id: str, vehicles: Mapping[str, VehicleState]
    ) -> dict[str, str]:
        looked_up.append(vehicles)
        return async_vehicle_names(hass, entry_id, vehicles)

    monkeypatch.setattr(monitor, "async_vehicle_names", names)
    data.coordinator.async_update_account([])
    await home.settle()
    assert len(await home.issues()) > 30
    assert len(looked_up) == 1


async def test_a_healthy_vehicle_costs_no_look_at_the_issues(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.delivering()
    looked_up: list[object] = []
    monkeypatch.setattr(monitor, "async_vehicle_names", lambda *of: looked_up.append(of))
    await home.deliver()
    assert looked_up == []


async def test_the_check_adds_a_car_that_is_new(home: Home) -> None:
    await home.live()
    car = home.sim.add_car("Second")
    await home.check(home.car())
    await home.settle()
    assert home.device(car) is not None


_NOW = 1_790_000_000_000


@pytest.mark.parametrize(
    ("checked_at", "last_delivery", "is_due"),
    [
        (None, None, True),
        (_NOW - HOUR, None, False),
        (_NOW - DAY, _NOW, True),
        (_NOW - 23 * HOUR, _NOW, False),
        (_NOW + HOUR, _NOW, True),
        (_NOW - 3 * HOUR, _NOW - 2 * HOUR, True),
        (_NOW - 3 * HOUR, _NOW - 2 * HOUR + 1, False),
        (_NOW - HOUR, _NOW - 3 * HOUR, False),
        (_NOW - HOUR, _NOW - 2 * HOUR, True),
    ],
)
def test_smartcar_is_asked_daily_and_after_deliveries_stop(
    checked_at: int | None, last_delivery: int | None, *, is_due: bool
) -> None:
    assert is_check_due(_NOW, checked_at, last_delivery) is is_due
