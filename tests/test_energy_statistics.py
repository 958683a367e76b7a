"""What the recorder makes of the energy of a month: what the Energy dashboard shows."""

from datetime import datetime, timedelta

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import (
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.smartcar_dynamic.energy_statistics import statistic_id
from simulator.charging_point import FAST_CHARGER, SOCKET

from .home import Home
from .life import Life, begin

DAYS = 30
STEP = 30
IDLE_STEP = 180


@pytest.fixture(autouse=True)
def _custom_integrations(
    recorder_mock: Recorder,
    enable_custom_integrations: None,
) -> None:
    """Let the recorder run, and Home Assistant load the integration from this repository."""


async def stand(life: Life, hours: float) -> None:
    """Let hours pass in which nothing happens."""
    await life.go_on(step=IDLE_STEP, hours=hours)


async def live_a_day(life: Life, day: int) -> None:
    """Let a day pass: to work and back, and a charge as the day has it."""
    car, home = life.car, life.home
    await life.drive("work", step=STEP, hours=1)
    if day % 7 == 2:
        await life.act(lambda: car.plug_in(FAST_CHARGER), step=STEP, hours=1)
        await life.act(car.unplug, step=STEP, hours=1)
    else:
        await stand(life, 2)
    await life.drive("home", step=STEP, hours=1)
    match day % 5:
        case 0:
            await life.act(car.plug_in, step=STEP, hours=3)
            await stand(life, 5)
            await life.act(car.unplug, step=IDLE_STEP, hours=12)
        case 1:
            await life.act(lambda: car.plug_in(SOCKET), step=STEP, hours=2)
            if car.charging:
                await life.act(car.stop_charging, step=IDLE_STEP, hours=3)
                await life.act(car.start_charging, step=60, hours=10)
            await life.act(car.unplug, step=IDLE_STEP, hours=5)
        case 3:
            # Nothing of this session is delivered.
            home.sim.set_enabled(life.webhook, enabled=False)
            await life.act(car.plug_in, step=IDLE_STEP, hours=9)
            await life.act(car.unplug, step=STEP, minutes=30)
            home.sim.set_enabled(life.webhook, enabled=True)
            await stand(life, 10.5)
        case _:
            await stand(life, 20)


async def test_a_months_statistics_agree_with_the_truth(home: Home) -> None:
    life = await begin(home)
    began = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    for day in range(DAYS):
        await live_a_day(life, day)
    ended = dt_util.utcnow()
    await async_wait_recording_done(home.hass)
    hour = began
    while hour < ended:
        do_adhoc_statistics(home.hass, start=hour + timedelta(minutes=55))
        hour += timedelta(hours=1)
    await async_wait_recording_done(home.hass)
    car = life.car
    for key, truth in (
        ("charged_energy", car.charged_energy),
        ("charged_energy_home", car.charged_energy_home),
    ):
        entity_id = home.entity_id("sensor", car, key)
        rows = await get_instance(home.hass).async_add_executor_job(
            statistics_during_period, home.hass, began, None, {entity_id}, "hour", None, {"sum"}
        )
        sums = [row["sum"] or 0.0 for row in rows[entity_id]]
        assert sums == sorted(sums)
        assert abs(sums[-1] - truth) <= 0.02 * truth, (key, sums[-1], truth)
        values = [float(value) for value in life.values("sensor", key)]
        assert values == sorted(values)
    assert max((await external_sums(life, began)).values()) == pytest.approx(
        car.charged_energy, rel=0.02
    )


async def external_sums(life: Life, began: datetime) -> dict[int, float]:
    """Return the sums of the vehicle's own statistics by hour since a time."""
    await async_wait_recording_done(life.home.hass)
    id_ = statistic_id(life.car.id)
    rows = await get_instance(life.home.hass).async_add_executor_job(
        statistics_during_period, life.home.hass, began, None, {id_}, "hour", None, {"sum"}
    )
    return {
        round((row["start"] - began.timestamp()) / 3600): row["sum"] or 0.0
        for row in rows.get(id_, ())
    }


async def test_energy_told_late_is_in_the_hours_it_was_charged(home: Home) -> None:
    life = await begin(home)
    began = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    await life.act(life.car.plug_in, minutes=30)
    # The report of the rest comes hours later.
    home.sim.set_enabled(life.webhook, enabled=False)
    await life.go_on(step=STEP, hours=3)
    home.sim.set_enabled(life.webhook, enabled=True)
    await life.go_on(minutes=30)
    sums = await external_sums(life, began)
    assert sorted(sums.values()) == list(sums.values())
    assert 0.9 < sums[1] < sums[2] < sums[3]
    assert sums[max(sums)] == pytest.approx(life.car.charged_energy, abs=0.2)


async def test_statistics_go_on_after_a_restart(home: Home) -> None:
    life = await begin(home)
    began = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    await life.act(life.car.plug_in, minutes=30)
    # What is charged just before is written after it.
    await home.reload(life.entry)
    await life.go_on(hours=2)
    sums = await external_sums(life, began)
    assert sums[max(sums)] == pytest.approx(life.car.charged_energy, abs=0.2)


async def test_each_car_has_statistics_of_its_own(home: Home) -> None:
    home.sim.add_car("Van")
    life = await begin(home)
    began = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    # The van charges nothing.
    await home.deliver()
    await life.act(life.car.plug_in, hours=1)
    # What waits to be written waits no longer than the entry is loaded.
    await home.unload(life.entry)
    await home.hass.config_entries.async_setup(life.entry.entry_id)
    await life.go_on(minutes=15)
    assert await external_sums(life, began)
    listed = await get_instance(home.hass).async_add_executor_job(
        list_statistic_ids, home.hass, None, "sum"
    )
    ours = {it["statistic_id"] for it in listed if it["source"] == "smartcar_dynamic"}
    assert ours == {statistic_id(life.car.id)}


async def test_the_statistics_have_the_sensors_name_in_its_language(home: Home) -> None:
    home.hass.config.language = "de"
    life = await begin(home)
    await life.act(life.car.plug_in, hours=1)
    await async_wait_recording_done(home.hass)
    listed = await get_instance(home.hass).async_add_executor_job(
        list_statistic_ids, home.hass, {statistic_id(life.car.id)}
    )
    (name,) = (it["name"] for it in listed)
    assert name.endswith(" Gesamte Ladeenergie")
