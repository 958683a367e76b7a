"""What a take-over moves: the statistics go on, and what could not go on stays."""

from datetime import timedelta
from typing import Any

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import (
    statistics_during_period,
    validate_statistics,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.smartcar_dynamic.smartcar.model import VehicleInfo
from custom_components.smartcar_dynamic.takeover import Reason, async_plan

from .entries import DOMAIN
from .home import Home
from .other import OTHER, add_other, install


@pytest.fixture(autouse=True)
def _custom_integrations(
    recorder_mock: Recorder,  # noqa: ARG001 - a fixture of a fixture has no other way to be asked for
    enable_custom_integrations: None,  # noqa: ARG001 - see above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Let the recorder run, and Home Assistant load both integrations."""
    install(monkeypatch)


async def compile_statistics(hass: HomeAssistant) -> None:
    """Let the recorder make the statistics of the last five minutes."""
    await async_wait_recording_done(hass)
    now = dt_util.utcnow()
    start = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    do_adhoc_statistics(hass, start=start)
    await async_wait_recording_done(hass)


async def test_statistics_go_on_under_the_same_entity_ids(home: Home) -> None:
    other = await add_other(home)
    keys = ("battery_level", "range", "odometer", "charge_energyadded", "battery_capacity")
    entity_ids = {key: other.entity_id("sensor", key) for key in keys}
    start = dt_util.utcnow() - timedelta(hours=1)
    await compile_statistics(home.hass)
    dialog = await home.add("takeover")
    await home.created(await dialog.submit())
    webhook = await home.webhook()
    assert (await home.sim.verify(webhook)).succeeded
    home.sim.subscribe(webhook, home.car())
    await home.pass_time(minutes=30)
    await home.deliver()
    device = home.device(home.car())
    assert device is not None
    await home.hass.services.async_call(
        DOMAIN, "read_signals", {"device_id": device.id}, blocking=True
    )
    await home.settle()
    await compile_statistics(home.hass)
    recorder = get_instance(home.hass)
    assert await recorder.async_add_executor_job(validate_statistics, home.hass) == {}
    rows = await recorder.async_add_executor_job(
        lambda: statistics_during_period(
            home.hass,
            start,
            None,
            set(entity_ids.values()),
            "5minute",
            None,
            {"mean", "state", "sum"},
        )
    )
    assert {key: len(rows[entity_id]) for key, entity_id in entity_ids.items()} == dict.fromkeys(
        keys, 2
    )


@pytest.mark.parametrize(
    ("unique_id", "fields", "reason"),
    [
        ("{id}_something_new", {}, Reason.NO_COUNTERPART),
        ("WBA0000_battery_level", {}, Reason.NO_VEHICLE),
        ("no-vehicle", {}, Reason.NO_COUNTERPART),
        ("{id}_charge_time_to_complete", {}, Reason.TAKEN),
        (
            "{id}_fuel",
            {"unit_of_measurement": "%", "capabilities": {"state_class": "measurement"}},
            Reason.OTHER_UNIT,
        ),
        (
            "{id}_fuel",
            {"unit_of_measurement": "gal", "capabilities": {"state_class": "measurement"}},
            None,
        ),
        ("{ID}_FUEL", {"capabilities": {"state_class": "nonsense"}}, None),
    ],
)
async def test_an_entity_stays_for_a_reason(
    home: Home, unique_id: str, fields: dict[str, Any], reason: Reason | None
) -> None:
    other = await add_other(home)
    id_ = home.car().id
    entity = er.async_get(home.hass).async_get_or_create(
        "sensor",
        OTHER,
        unique_id.format(id=id_, ID=id_.upper()),
        config_entry=other.entry,
        **fields,
    )
    vehicles = (VehicleInfo(id_),)
    plan = await async_plan(
        home.hass, other.entry, vehicles, is_cloudhook=False, application_id=None
    )
    assert plan.left.get(entity.entity_id) == reason
    assert (entity.id in plan.taken_over.entities) is (reason is None)
