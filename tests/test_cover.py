"""Cover: the charge port."""

import asyncio

from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from .commanded import Commanded

COVER = ("cover", "charge-ischargingportflapopen")


@pytest.fixture
def platforms() -> list[Platform]:
    return [Platform.COVER]


async def test_cover_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    rich_entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, rich_entry.entry_id)


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
