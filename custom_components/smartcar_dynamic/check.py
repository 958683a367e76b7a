"""The chain of free proofs, from the credentials to the last delivery, in order.

The repairs, the diagnostics, the check in the reconfigure flow and the action all read these.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from http import HTTPStatus
import logging
import secrets

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .address import Address, async_callback_address, same_address
from .const import API_V2, CONF_API, CONF_SMARTCAR_WEBHOOK_ID
from .data import SmartcarConfigEntry
from .devices import name_of
from .health import MANY_REJECTIONS
from .smartcar.client import SmartcarCredentialsError, SmartcarError, Webhook
from .smartcar.model import Remedy
from .vehicle import VehicleState

_LOGGER = logging.getLogger(__name__)

_HOUR = 3_600_000
_UNVERIFIED_FOR = _HOUR
_NOTHING_FOR = 24 * _HOUR
_SILENT_FOR = 6 * _HOUR
_TIMEOUT = aiohttp.ClientTimeout(total=15)


class Proof(StrEnum):
    """The links of the chain, in order."""

    CREDENTIALS = auto()
    VEHICLES = auto()
    ADDRESS = auto()
    ANSWER = auto()
    WEBHOOK = auto()
    SIGNALS = auto()
    VERIFIED = auto()
    SUBSCRIBED = auto()
    SIGNATURES = auto()
    DELIVERY = auto()


class Outcome(StrEnum):
    """What a proof came to. Unknown is what could not be tried, or cannot be told."""

    OK = auto()
    FAILED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was seen. Its text is `common.check_<proof>_<reason>` in the translations."""

    proof: Proof
    outcome: Outcome
    reason: str
    placeholders: Mapping[str, str] = field(default_factory=dict)
    vehicle_id: str | None = field(default=None, repr=False)

    @property
    def translation_key(self) -> str:
        """Return the key of the finding's text."""
        return f"check_{self.proof}_{self.reason}"


def _found(proof: Proof, reason: str = "ok", **placeholders: object) -> Finding:
    return Finding(proof, Outcome.OK, reason, _texts(placeholders))


def _failed(proof: Proof, reason: str, **placeholders: object) -> Finding:
    return Finding(proof, Outcome.FAILED, reason, _texts(placeholders))


def _unknown(proof: Proof, reason: str = "unknown", **placeholders: object) -> Finding:
    return Finding(proof, Outcome.UNKNOWN, reason, _texts(placeholders))


def _texts(placeholders: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in placeholders.items()}


def when(milliseconds: int) -> str:
    """Return a time as a person reads it, in Home Assistant's time zone."""
    return dt_util.as_local(dt_util.utc_from_timestamp(milliseconds / 1000)).strftime(
        "%Y-%m-%d %H:%M"
    )


async def async_check(hass: HomeAssistant, entry: SmartcarConfigEntry) -> tuple[Finding, ...]:
    """Run the whole chain. Costs three unbilled calls and changes nothing but what is seen."""
    findings = [*await _async_account(entry)]
    address = await async_callback_address(hass, entry.runtime_data.callback.webhook_id)
    findings.append(address_finding(address))
    findings.append(await _async_answer(hass, entry, address))
    usable = findings[0].outcome is Outcome.OK
    findings += await _async_webhook(entry, address) if usable else (_unknown(Proof.WEBHOOK),)
    findings += local_findings(entry, address)
    return tuple(sorted(findings, key=lambda finding: list(Proof).index(finding.proof)))


def local_findings(entry: SmartcarConfigEntry, address: Address) -> Iterator[Finding]:
    """Yield what can be told without asking anybody."""
    data = entry.runtime_data
    health, now = data.coordinator.health, _now()
    if health.last_delivery and (
        not health.verified_at or same_address(health.callback_uri, address.uri)
    ):
        yield _found(Proof.VERIFIED, "delivers")
    elif health.verified_at is None:
        age = now - entry.created_at.timestamp() * 1000
        make = _failed if age > _UNVERIFIED_FOR else _unknown
        yield make(Proof.VERIFIED, "never")
    elif address.uri is None or same_address(health.callback_uri, address.uri):
        yield _found(Proof.VERIFIED, time=when(health.verified_at))
    else:
        yield _failed(Proof.VERIFIED, "other_address")
    for state in data.coordinator.vehicles.values():
        yield from _subscription(state)
    yield _signatures(entry)
    yield from _deliveries(entry, data.coordinator.vehicles.values())


def address_finding(address: Address) -> Finding:
    """Return whether the callback URI is one that Smartcar can reach."""
    if address.obstacle is not None:
        return _failed(Proof.ADDRESS, address.obstacle)
    return _found(Proof.ADDRESS, "cloudhook" if address.is_cloudhook else "external")


async def _async_account(entry: SmartcarConfigEntry) -> list[Finding]:
    data = entry.runtime_data
    try:
        vehicles = await data.client.vehicles()
    except SmartcarCredentialsError:
        return [_failed(Proof.CREDENTIALS, "rejected"), _unknown(Proof.VEHICLES)]
    except SmartcarError as error:
        return [_unknown(Proof.CREDENTIALS, "unreachable", error=error), _unknown(Proof.VEHICLES)]
    data.coordinator.async_take_vehicles(vehicles)
    findings = [_found(Proof.CREDENTIALS)]
    if not vehicles:
        return [*findings, _failed(Proof.VEHICLES, "none")]
    return [*findings, *map(_vehicle, data.coordinator.vehicles.values())]


def _vehicle(state: VehicleState) -> Finding:
    name, id_ = name_of(state.vehicle), state.vehicle.id
    if not state.listed:
        return Finding(Proof.VEHICLES, Outcome.FAILED, "gone", {"vehicle": name}, id_)
    withheld = sorted(
        code
        for code, latest in state.signals.items()
        if latest.problem is not None and latest.problem.remedy is Remedy.PERMISSION
    )
    if withheld:
        placeholders = {"vehicle": name, "signals": ", ".join(withheld)}
        return Finding(Proof.VEHICLES, Outcome.OK, "withheld", placeholders, id_)
    if state.vehicle.permissions is None:
        return Finding(Proof.VEHICLES, Outcome.OK, "ok", {"vehicle": name}, id_)
    placeholders = {"vehicle": name, "permissions": ", ".join(sorted(state.vehicle.permissions))}
    return Finding(Proof.VEHICLES, Outcome.OK, "granted", placeholders, id_)


async def _async_answer(
    hass: HomeAssistant, entry: SmartcarConfigEntry, address: Address
) -> Finding:
    """Send ourselves a challenge by the public address; a network may not let that through."""
    if address.uri is None or address.obstacle is not None:
        return _unknown(Proof.ANSWER)
    challenge = f"check_{secrets.token_hex(16)}"
    data = entry.runtime_data
    with data.callback.expecting(challenge) as expected:
        try:
            async with async_get_clientsession(hass).post(
                address.uri,
                json={"eventType": "VERIFY", "data": {"challenge": challenge}},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(4096)
        except aiohttp.ClientError, TimeoutError:
            return _unknown(Proof.ANSWER, "not_from_here")
    if response.status == HTTPStatus.OK and expected.encode() in answer:
        return _found(Proof.ANSWER)
    return _failed(Proof.ANSWER, "something_else", status=response.status)


async def _async_webhook(entry: SmartcarConfigEntry, address: Address) -> Iterable[Finding]:
    try:
        webhooks = await entry.runtime_data.client.webhooks()
    except SmartcarError as error:
        return (_unknown(Proof.WEBHOOK, "unreachable", error=error),)
    if webhooks is None:
        return (_unknown(Proof.WEBHOOK, "not_told"),)
    return _webhook(entry, webhooks, address)


def _webhook(
    entry: SmartcarConfigEntry, webhooks: Iterable[Webhook], address: Address
) -> Iterable[Finding]:
    data = entry.runtime_data
    here = [item for item in webhooks if same_address(item.callback_uri, address.uri)]
    known = entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)
    ours = next((item for item in webhooks if item.id == known), None)
    if ours is None and here:
        ours = here[0]
        data.subscriptions.async_keep_webhook_id(ours.id)
    if ours is None:
        if any(_is_redirect(item.callback_uri) for item in webhooks):
            return (_failed(Proof.WEBHOOK, "redirect"),)
        return (_failed(Proof.WEBHOOK, "missing" if known else "none_here"),)
    if address.uri is not None and ours not in here:
        return (_failed(Proof.WEBHOOK, "elsewhere", name=ours.name),)
    if not ours.enabled:
        return (_failed(Proof.WEBHOOK, "disabled", name=ours.name),)
    states = data.coordinator.vehicles.values()
    return (_found(Proof.WEBHOOK, name=ours.name), _signals(ours, states))


def _is_redirect(uri: str) -> bool:
    """Tell whether Connect's redirect URI was pasted as callback URI, the classic mistake."""
    return "/auth/external/callback" in uri or "my.home-assistant.io" in uri


def _signals(webhook: Webhook, states: Iterable[VehicleState]) -> Finding:
    """Return whether a webhook can ever fire, and has something to say then."""
    if webhook.triggers is None or webhook.data is None:
        return _unknown(Proof.SIGNALS)
    if not webhook.triggers:
        return _failed(Proof.SIGNALS, "no_triggers", name=webhook.name)
    if not webhook.data:
        return _failed(Proof.SIGNALS, "no_data", name=webhook.name)
    for state in states:
        if all(_is_impossible(state, code) for code in webhook.triggers):
            return _failed(
                Proof.SIGNALS,
                "impossible",
                name=webhook.name,
                vehicle=name_of(state.vehicle),
                signals=", ".join(webhook.triggers),
            )
    return _found(Proof.SIGNALS, triggers=len(webhook.triggers), data=len(webhook.data))


def _is_impossible(state: VehicleState, code: str) -> bool:
    latest = state.signals.get(code)
    return (
        latest is not None
        and latest.problem is not None
        and latest.problem.remedy is Remedy.NOT_CAPABLE
    )


def _subscription(state: VehicleState) -> Iterator[Finding]:
    placeholders, id_ = {"vehicle": name_of(state.vehicle)}, state.vehicle.id
    if state.refused is not None:
        placeholders["error"] = state.refused.name
        yield Finding(Proof.SUBSCRIBED, Outcome.FAILED, "refused", placeholders, id_)
    elif state.subscribed_to or state.last_delivery:
        yield Finding(Proof.SUBSCRIBED, Outcome.OK, "ok", placeholders, id_)
    else:
        yield Finding(Proof.SUBSCRIBED, Outcome.UNKNOWN, "not_yet", placeholders, id_)


def _signatures(entry: SmartcarConfigEntry) -> Finding:
    health = entry.runtime_data.coordinator.health
    if health.rejected >= MANY_REJECTIONS and health.last_rejected is not None:
        return _failed(
            Proof.SIGNATURES, "wrong", count=health.rejected, time=when(health.last_rejected)
        )
    if health.last_delivery is None:
        return _unknown(Proof.SIGNATURES, "none")
    return _found(Proof.SIGNATURES)


def _deliveries(entry: SmartcarConfigEntry, states: Iterable[VehicleState]) -> Iterator[Finding]:
    health, now = entry.runtime_data.coordinator.health, _now()
    if health.last_delivery is None:
        since = health.subscribed_at
        if since is not None and now - since > _NOTHING_FOR:
            yield _failed(Proof.DELIVERY, "nothing", time=when(since))
        else:
            yield _unknown(Proof.DELIVERY, "nothing_yet")
        return
    hourly = entry.data[CONF_API] == API_V2
    if hourly and now - health.last_delivery > _SILENT_FOR:
        yield _failed(Proof.DELIVERY, "silent", time=when(health.last_delivery))
    for state in states:
        name, id_ = name_of(state.vehicle), state.vehicle.id
        if state.last_delivery is None:
            yield Finding(Proof.DELIVERY, Outcome.UNKNOWN, "never", {"vehicle": name}, id_)
        else:
            placeholders = {"vehicle": name, "time": when(state.last_delivery)}
            yield Finding(Proof.DELIVERY, Outcome.OK, "ok", placeholders, id_)


def _now() -> float:
    return dt_util.utcnow().timestamp() * 1000
