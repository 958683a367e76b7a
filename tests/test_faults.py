"""Each call of Smartcar's API meets each fault: the entry goes on, and heals by itself.

An answer that does not come in time is in test_client.py: here time stands still.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import ALL_CONTROLS, ALL_READS, Car, Kind
from simulator.faults import ApiFault

from .home import Home
from .reading import read

CHARGE = "tractionbattery-stateofcharge"
HTML: Final = b"<html><body>502 Bad Gateway</body></html>"
# A fault lasts for an hour, in which nobody hammers.
MOST_CALLS_AN_HOUR = 40

FAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "down": {"status": 503, "body": HTML},
    "401": {"status": 401},
    "403": {"status": 403},
    "429 with an honest Retry-After": {"status": 429, "retry_after": 120},
    "429 with an absurd Retry-After": {"status": 429, "retry_after": 10**12},
    "429 with a senseless Retry-After": {"status": 429, "retry_after": "soon, -5"},
    "430": {"status": 430},
    "500": {"status": 500},
    "garbage": {"status": 200, "body": b"\x00\xff{[" * 50},
    "another object": {"status": 200, "body": b'{"data": {"data": [null]}, "access_token": 5}'},
    "half a response": {"status": 200, "body": b'{"data": []}' * 20, "is_cut": True},
    "reset": {"status": 0},
    "redirect": {"status": 302, "location": "http://127.0.0.1:9/elsewhere"},
}


@dataclass(frozen=True, slots=True)
class Call:
    """What makes a call: where faults hit it, and how a person or Home Assistant brings it about.

    A call that somebody waits for fails with an error in words.
    """

    path: str
    act: Callable[[Home, MockConfigEntry], Awaitable[object]]
    method: str = ""
    is_awaited: bool = False


async def _reconcile(home: Home, entry: MockConfigEntry) -> None:
    home.runtime(entry).subscriptions.async_request()


async def _subscribe(home: Home, entry: MockConfigEntry) -> None:
    for car in home.sim.cloud.cars.values():
        if home.is_subscribed(home.webhook_of(entry), car):
            home.sim.unsubscribe(home.webhook_of(entry), car)
    for vehicle in home.runtime(entry).coordinator.vehicles.values():
        vehicle.subscribed_to = None
    home.runtime(entry).subscriptions.async_request()


async def _renew(home: Home, entry: MockConfigEntry) -> None:
    home.sim.expire_tokens()
    home.runtime(entry).subscriptions.async_request()


async def _set_up(home: Home, entry: MockConfigEntry) -> None:
    await home.hass.config_entries.async_reload(entry.entry_id)


async def _read(home: Home, _entry: MockConfigEntry) -> None:
    await read(home)


async def _command(home: Home, _entry: MockConfigEntry) -> None:
    entity_id = home.entity_id("lock", home.car(), "closure-islocked")
    await home.hass.services.async_call("lock", "lock", {"entity_id": entity_id}, blocking=True)


# A take-over asks the API, too: its call belongs here.
CALLS: Final[Mapping[Kind, Mapping[str, Call]]] = {
    Kind.CURRENT: {
        "set-up": Call("", _set_up),
        "token": Call("/oauth2/token", _renew),
        "reconcile": Call("/connections", _reconcile),
        "subscribe": Call("/subscriptions", _subscribe, "POST"),
        "read": Call("/signals", _read, is_awaited=True),
        "command": Call("/commands", _command, is_awaited=True),
    },
    Kind.DYNAMIC: {
        "set-up": Call("", _set_up),
        "token": Call("/oauth/token", _renew),
        "reconcile": Call("/vehicles", _reconcile),
        "subscribe": Call("/webhooks", _subscribe, "POST"),
    },
}


async def living(home: Home, kind: Kind) -> MockConfigEntry:
    """Return an entry whose car delivers, may be read, and commanded."""
    if not kind.is_v2:
        home.sim.set_permissions(home.car(), ALL_READS | ALL_CONTROLS)
    entry = await home.delivering(kind)
    await home.pass_time(minutes=1)
    return entry


async def shows_deliveries(home: Home, car: Car, charge: int) -> bool:
    """Tell whether a delivery is acknowledged and shown."""
    home.sim.act(car, Car.set_state_of_charge, charge)
    webhook = home.webhook_of(home.entries[0])
    if not home.is_subscribed(webhook, car):
        home.sim.subscribe(webhook, car)
    answers = {delivery.status for delivery in await home.sim.deliver(car)}
    await home.settle()
    return answers == {204} and float(home.state("sensor", car, CHARGE)) == charge


def plan(home: Home, call: Call, fault: Mapping[str, Any]) -> None:
    """Have the call meet the fault from now on."""
    planned = ApiFault(path=call.path, method=call.method, times=-1, **fault)
    home.sim.cloud.faults.planned.append(planned)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, calls in CALLS.items() for name in calls]
)
async def test_a_call_outlives_every_fault(
    home: Home,
    kind: Kind,
    name: str,
    subtests: pytest.Subtests,
    caplog: pytest.LogCaptureFixture,
) -> None:
    call, car = CALLS[kind][name], home.car(kind)
    entry = await living(home, kind)
    webhook = home.webhook_of(entry)
    for number, (said, fault) in enumerate(FAULTS.items()):
        caplog.clear()
        with subtests.test(said):
            plan(home, call, fault)
            home.sim.cloud.meter.reset()
            if call.is_awaited:
                with pytest.raises(HomeAssistantError) as error:
                    await call.act(home, entry)
                assert error.value.translation_key
                assert "{" not in str(error.value)
            else:
                await call.act(home, entry)
                await home.settle()
                for _ in range(6):
                    await home.pass_time(minutes=10)
            assert entry.state is ConfigEntryState.LOADED
            assert len(home.sim.cloud.meter.log) <= MOST_CALLS_AN_HOUR
            assert await shows_deliveries(home, car, 20 + number)
            asked = {flow["context"]["source"] for flow in flows(home)}
            assert asked <= ({"reauth"} if said == "401" else set())
            assert [it.getMessage() for it in caplog.records if _is_alarming(it)] == []
            home.sim.clear_faults()
            for flow in flows(home):
                home.hass.config_entries.flow.async_abort(flow["flow_id"])
            await home.pass_time(days=1, hours=1)
            home.runtime(entry).coordinator.allowance.usages.clear()
            home.runtime(entry).subscriptions.async_request()
            await home.settle()
            assert home.is_subscribed(webhook, car)
            assert home.runtime(entry).subscriptions.error is None


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("said", FAULTS)
async def test_a_removal_outlives_every_fault(home: Home, kind: Kind, said: str) -> None:
    entry = await living(home, kind)
    plan(home, Call("", _reconcile), FAULTS[said])
    await home.remove(entry)
    assert home.hass.config_entries.async_get_entry(entry.entry_id) is None
    assert home.webhook_ids() == set()
    assert await home.raised() == {"not_unsubscribed"}


def flows(home: Home) -> list[Any]:
    return list(home.hass.config_entries.flow.async_progress())


def _is_alarming(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and record.name.startswith("custom_components")
