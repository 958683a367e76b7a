"""Number: the charge limit."""

from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smartcar_dynamic.number import CHARGE_LIMIT, SmartcarChargeLimit

from .commanded import Commanded

NUMBER = ("number", "charge-chargelimits")


@pytest.fixture
def platforms() -> list[Platform]:
    return [Platform.NUMBER]


async def test_number_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    rich_entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, rich_entry.entry_id)


async def test_the_charge_limit_is_set(commanded: Commanded) -> None:
    assert commanded.state(*NUMBER).state == "80.0"
    await commanded.order(*NUMBER, "set_value", value=90)
    assert commanded.car.charge_limit == 90
    assert commanded.state(*NUMBER).state == "90.0"
    assert commanded.is_assumed(*NUMBER)
    await commanded.report()
    assert commanded.state(*NUMBER).state == "90.0"
    assert not commanded.is_assumed(*NUMBER)


@pytest.mark.parametrize("value", [49, 101])
async def test_a_charge_limit_out_of_range_is_not_sent(commanded: Commanded, value: int) -> None:
    with pytest.raises(ServiceValidationError):
        await commanded.order(*NUMBER, "set_value", value=value)
    assert commanded.billed == 0


async def test_a_charge_limit_with_unknown_outcome_is_unknown(commanded: Commanded) -> None:
    commanded.sim.fail_commands(problem="UPSTREAM.NO_RESPONSE", http_status=504)
    with pytest.raises(HomeAssistantError):
        await commanded.order(*NUMBER, "set_value", value=90)
    assert commanded.state(*NUMBER).state == STATE_UNKNOWN


@pytest.mark.parametrize("value", [True, "80", None])
async def test_a_charge_limit_is_a_number(commanded: Commanded, *, value: object) -> None:
    runtime = commanded.home.runtime(commanded.entry)
    assert runtime.commands is not None
    number = SmartcarChargeLimit(
        runtime.commands, runtime.coordinator, commanded.vehicle, CHARGE_LIMIT
    )
    assert number._parse(value) is None  # type: ignore[arg-type] # nothing is sure of a stored value
