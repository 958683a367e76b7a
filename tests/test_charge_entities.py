"""The charging switch, the charge limit, the charge port."""

import asyncio

from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.smartcar_dynamic.number import CHARGE_LIMIT, SmartcarChargeLimit
from simulator import Car

from .commanded import Commanded, commanded as commanded  # noqa: PLC0414 - a fixture

SWITCH = ("switch", "charge-ischarging")
NUMBER = ("number", "charge-chargelimits")
COVER = ("cover", "charge-ischargingportflapopen")


async def test_charging_is_stopped_and_started(commanded: Commanded) -> None:
    commanded.sim.act(commanded.car, Car.plug_in)
    await commanded.report()
    assert commanded.state(*SWITCH).state == "on"
    await commanded.order(*SWITCH, "turn_off")
    assert not commanded.car.charging
    assert commanded.state(*SWITCH).state == "off"
    assert commanded.is_assumed(*SWITCH)
    await commanded.order(*SWITCH, "turn_on")
    assert commanded.car.charging
    assert commanded.state(*SWITCH).state == "on"


async def test_a_switch_that_was_refused_stays_off(commanded: Commanded) -> None:
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.order(*SWITCH, "turn_on")
    assert refused.value.translation_key == "command_not_plugged_in"
    assert commanded.state(*SWITCH).state == "off"


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
    runtime = commanded.home.data(commanded.entry)
    assert runtime.commands is not None
    number = SmartcarChargeLimit(
        runtime.commands, runtime.coordinator, commanded.vehicle, CHARGE_LIMIT
    )
    assert number._parse(value) is None  # type: ignore[arg-type] # nothing is sure of a stored value


async def test_the_charge_port_is_opened_and_closed(commanded: Commanded) -> None:
    assert commanded.state(*COVER).state == "closed"
    await commanded.order(*COVER, "open_cover")
    assert commanded.car.charge_port_open
    assert commanded.state(*COVER).state == "open"
    await commanded.order(*COVER, "close_cover")
    assert not commanded.car.charge_port_open
    assert commanded.state(*COVER).state == "closed"
    assert commanded.is_assumed(*COVER)


async def test_a_charge_port_under_way_is_opening(commanded: Commanded) -> None:
    commanded.sim.fail_commands(held=True)
    order = asyncio.create_task(commanded.order(*COVER, "open_cover"))
    for _ in range(10_000):
        if commanded.billed:
            break
        await asyncio.sleep(0)
    assert commanded.state(*COVER).state == "opening"
    commanded.sim.release_commands()
    await order


async def test_a_charge_port_with_unknown_outcome_is_unknown(commanded: Commanded) -> None:
    commanded.sim.fail_commands(status="PENDING")
    with pytest.raises(HomeAssistantError):
        await commanded.order(*COVER, "open_cover")
    assert commanded.state(*COVER).state == STATE_UNKNOWN
