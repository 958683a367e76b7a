"""Histories: fed by what is delivered, by time, and by Home Assistant's zones."""

from datetime import timedelta
import itertools

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smartcar_dynamic.util import DAY
from simulator.charging_point import FAST_CHARGER
from simulator.geo import Place

from .cars import Writes
from .life import Life
from .smartcar.payloads import signal, state
from .webhook_client import WebhookClient

EVCC = {
    "A": {"a", "disconnected", "not_plugged"},
    "B": {"b", "connected", "plugged", "starting", "stopped", "paused", "complete"},
    "C": {"c", "charging"},
}
"""What evcc's vehicle template `homeassistant` takes for its states."""


async def test_the_totals_begin_at_zero(life: Life) -> None:
    for key in ("charged_energy", "charged_energy_home"):
        assert life.home.state("sensor", life.car, key) == "0.0"


async def test_a_charge_at_home_counts_twice(life: Life) -> None:
    await life.act(life.car.plug_in, hours=2)
    for key in ("charged_energy", "charged_energy_home"):
        energy = float(life.home.state("sensor", life.car, key))
        assert abs(energy - life.car.charged_energy) <= 0.1


async def test_a_charge_elsewhere_is_not_at_home(life: Life) -> None:
    await life.drive("work", hours=1)
    await life.act(lambda: life.car.plug_in(FAST_CHARGER), hours=1)
    assert float(life.home.state("sensor", life.car, "charged_energy")) > 5
    assert life.home.state("sensor", life.car, "charged_energy_home") == "0.0"
    await life.act(life.car.unplug, minutes=10)
    assert life.home.state("sensor", life.car, "last_charging_session.place") == "not_home"


async def test_a_smaller_zone_at_home_is_at_home(life: Life) -> None:
    here = life.car.position
    life.home.hass.states.async_set(
        "zone.garage",
        "zoning",
        {
            "latitude": here.latitude,
            "longitude": here.longitude,
            "radius": 10,
            "friendly_name": "Garage",
        },
    )
    await life.home.settle()
    # A few meters on, as positions are never the same.
    life.car.position = Place(here.latitude + 0.00001, here.longitude)
    await life.go_on(minutes=5)
    await life.act(life.car.plug_in, hours=2)
    await life.act(life.car.unplug, minutes=10)
    assert life.home.state("sensor", life.car, "last_charging_session.place") == "Garage"
    assert float(life.home.state("sensor", life.car, "charged_energy_home")) > 5


async def test_running_energy_is_written_in_steps(life: Life) -> None:
    await life.act(lambda: life.car.plug_in(FAST_CHARGER), step=1, minutes=20)
    values = [float(value) for value in life.values("sensor", "charged_energy")]
    assert values == sorted(values)
    assert all(later - earlier > 0.09 for earlier, later in itertools.pairwise(values))


async def test_the_charge_connection_is_in_evccs_lists(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=30)
    await life.act(life.car.stop_charging, minutes=10)
    await life.act(life.car.start_charging, hours=3)
    await life.act(life.car.unplug, minutes=10)
    values = life.values("sensor", "charge_connection")
    assert values == [
        *("disconnected", "charging", "connected", "charging", "complete", "disconnected"),
    ]
    states = [next(state for state, names in EVCC.items() if value in names) for value in values]
    assert states == ["A", "C", "B", "C", "B", "A"]


async def test_the_end_of_charging_moves_only_when_it_has_changed(life: Life) -> None:
    await life.act(life.car.plug_in, hours=1)
    values = life.values("sensor", "charging_finished_at")
    assert 1 <= len(values) <= 3
    finished_at = dt_util.parse_datetime(values[-1], raise_on_error=True)
    await life.go_on(hours=1)
    ended_at = dt_util.parse_datetime(
        life.home.state("sensor", life.car, "last_charging_session.ended_at"), raise_on_error=True
    )
    assert abs(finished_at - ended_at) <= timedelta(minutes=5)


async def test_the_last_session_is_told_in_full(life: Life) -> None:
    await life.act(life.car.plug_in, hours=2)
    (truth,) = life.car.charging_sessions
    state = {
        name: life.home.state("sensor", life.car, f"last_charging_session.{name}")
        for name in ("energy", "state_of_charge_added", "place", "duration")
    }
    assert abs(float(state["energy"]) - truth.energy) <= 0.1
    assert state["state_of_charge_added"] == "18.0"
    assert state["place"] == "Home"
    assert 70 <= float(state["duration"]) <= 90


async def test_the_last_trip_is_told_in_full(life: Life) -> None:
    await life.drive("work", hours=1)
    distance = float(life.home.state("sensor", life.car, "last_trip.distance"))
    assert abs(distance - (life.car.odometer - life.car.trips[0].start_odometer)) <= 0.1
    assert life.home.state("sensor", life.car, "last_trip.from") == "Home"
    assert life.home.state("sensor", life.car, "last_trip.to") == "not_home"
    (truth,) = life.car.trips
    used = float(life.home.state("sensor", life.car, "last_trip.state_of_charge_used"))
    assert used == pytest.approx(truth.start_charge - (truth.end_charge or 0), abs=1)


async def test_a_trips_duration_lies_between_two_sensors(life: Life) -> None:
    await life.drive("work", hours=1)
    (truth,) = life.car.trips
    assert truth.ended_at is not None
    minutes = (truth.ended_at - truth.started_at).total_seconds() / 60
    shortest, longest = (
        float(life.home.state("sensor", life.car, f"last_trip.{key}_duration"))
        for key in ("shortest", "longest")
    )
    assert shortest <= minutes <= longest <= shortest + 15


async def test_the_actions_answer_with_sessions_and_trips(life: Life) -> None:
    await life.act(life.car.plug_in, hours=2)
    await life.act(life.car.unplug, minutes=10)
    await life.drive("work", hours=1)
    (session,) = await life.ask("get_charging_sessions")
    assert (session["zone"], session["outcome"]) == ("Home", "finished")
    (trip,) = await life.ask("get_trips")
    assert (trip["from_zone"], trip["to_zone"]) == ("Home", None)


@pytest.mark.parametrize("action", ["get_charging_sessions", "get_trips"])
async def test_the_actions_answer_for_a_period(life: Life, action: str) -> None:
    await life.act(life.car.plug_in, hours=2)
    await life.act(life.car.unplug, minutes=10)
    await life.drive("work", hours=1)
    now = dt_util.now()
    assert await life.ask(action, start=now.isoformat()) == []
    assert await life.ask(action, end=(now - timedelta(days=1)).isoformat()) == []
    around = {"start": (now - timedelta(days=1)).isoformat(), "end": now.isoformat()}
    assert len(await life.ask(action, **around)) == 1


async def test_a_device_without_a_vehicle_has_no_history(life: Life) -> None:
    life.home.runtime(life.entry).coordinator.async_forget(life.car.id)
    assert await life.ask("get_trips") == []


async def test_a_repeated_report_writes_nothing(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=30)
    await life.act(life.car.stop_charging, minutes=10)
    writes = Writes(life.home.hass)
    await life.home.deliver(life.car)
    keys = life.history.keys
    ours = {
        life.home.entity_id(
            "event" if key in {"charging_session", "trip"} else "sensor", life.car, key
        )
        for key in keys
    }
    assert not ours & {*writes.changed, *writes.unchanged}


async def test_a_trip_ends_when_time_has_passed(life: Life) -> None:
    await life.drive("work", minutes=20)
    assert [event["event_type"] for event in life.events("trip")] == ["started"]
    await life.home.pass_time(minutes=40)
    assert [event["event_type"] for event in life.events("trip")] == ["started", "ended"]


async def test_a_trip_that_a_restart_interrupts_ends_in_time(life: Life) -> None:
    await life.drive("work", minutes=20)
    await life.home.restart(life.entry, hours=1)
    await life.home.pass_time(seconds=1)
    assert life.events("trip")[-1]["event_type"] == "ended"


async def test_a_deleted_vehicle_is_not_due_any_more(life: Life) -> None:
    await life.drive("work", minutes=20)
    life.home.runtime(life.entry).coordinator.async_forget(life.car.id)
    await life.home.pass_time(minutes=40)
    assert [event["event_type"] for event in life.events("trip")] == ["started"]


async def test_the_connection_is_unavailable_without_its_account(life: Life) -> None:
    await life.act(life.car.plug_in, hours=1)
    energy = life.home.state("sensor", life.car, "charged_energy")
    life.home.sim.revoke(life.car)
    await life.home.deliver(life.car)
    assert life.home.state("sensor", life.car, "charge_connection") == STATE_UNAVAILABLE
    assert life.home.state("sensor", life.car, "charged_energy") == energy


async def test_totals_say_whether_the_vehicle_reports_them(life: Life) -> None:
    state = life.home.hass.states.get(life.home.entity_id("sensor", life.car, "charged_energy"))
    assert state is not None
    assert state.attributes["source"] == "reported"
    assert state.attributes["state_class"] == "total_increasing"


async def test_old_deliveries_are_timed_by_their_own_clock(
    life: Life, smartcar: WebhookClient
) -> None:
    cloud = smartcar.with_token(life.entry.data["management_token"])
    a_year_ago = round(dt_util.utcnow().timestamp() * 1000) - 365 * DAY
    for minute, odometer in enumerate((50_000, 50_001, 50_002)):
        time = a_year_ago + minute * 60_000
        payload = state(
            signal(
                "odometer-traveleddistance",
                {"value": odometer, "unit": "km"},
                meta={"oemUpdatedAt": time},
            ),
            eventId=f"old-{minute}",
        )
        payload["data"]["vehicle"] = {"id": "another-car", "make": "VW", "model": "Up"}
        payload["meta"]["deliveredAt"] = time
        await cloud.deliver(payload)
        await life.home.pass_time(seconds=1)
    coordinator = life.home.runtime(life.entry).coordinator
    assert coordinator.vehicles["another-car"].history.trips.trip is not None
