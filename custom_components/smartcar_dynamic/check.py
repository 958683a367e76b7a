"""The chain of free proofs, from the credentials to the last delivery, in order.

The repairs, the diagnostics, the check in the reconfigure flow and the action all read these.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from http import HTTPStatus
import secrets

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .address import Address, async_callback_address, same_address
from .const import API_V2, CONF_API, CONF_SMARTCAR_WEBHOOK_ID, DOMAIN
from .data import SmartcarConfigEntry
from .devices import name_of
from .health import MANY_REJECTIONS
from .smartcar.client import SmartcarCredentialsError, SmartcarError, Webhook
from .smartcar.model import Remedy
from .vehicle import VehicleState

HOUR = 3_600_000
SILENT_FOR = 6 * HOUR
"""A dynamic webhook is hourly: so long without a delivery is no chance."""

_UNVERIFIED_FOR = HOUR
_NOTHING_FOR = 24 * HOUR
# Home Assistant may have been off; the next hourly delivery is given the time to come.
_GRACE = 2 * HOUR
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


def when(milliseconds: float) -> str:
    """Return a time as a person reads it, in Home Assistant's time zone."""
    return dt_util.as_local(dt_util.utc_from_timestamp(milliseconds / 1000)).strftime(
        "%Y-%m-%d %H:%M"
    )


def now() -> int:
    """Return the time in milliseconds."""
    return round(dt_util.utcnow().timestamp() * 1000)


def labels_of(entry: SmartcarConfigEntry) -> dict[str, str]:
    """Return what the owner calls each vehicle; those called alike also by the end of their ID."""
    coordinator = entry.runtime_data.coordinator
    devices = dr.async_get(coordinator.hass)
    names: dict[str, str] = {}
    for id_, state in coordinator.vehicles.items():
        device = devices.async_get_device_by_identifier((DOMAIN, id_), entry.entry_id)
        names[id_] = (device.name_by_user if device else None) or name_of(state.vehicle)
    times = Counter(names.values())
    return {
        id_: f"{name} · {coordinator.vehicles[id_].vehicle.tail}" if times[name] > 1 else name
        for id_, name in names.items()
    }


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
    labels = labels_of(entry)
    yield _verified(entry, address)
    for state in entry.runtime_data.coordinator.vehicles.values():
        yield _subscription(state, labels[state.vehicle.id])
    yield _signatures(entry)
    yield from _deliveries(entry, labels)


def _verified(entry: SmartcarConfigEntry, address: Address) -> Finding:
    health = entry.runtime_data.coordinator.health
    if health.callback_uri and address.uri and not same_address(health.callback_uri, address.uri):
        return _failed(Proof.VERIFIED, "other_address")
    if health.last_delivery:
        return _found(Proof.VERIFIED, "delivers")
    if health.verified_at is not None:
        return _found(Proof.VERIFIED, time=when(health.verified_at))
    created_at = entry.created_at.timestamp() * 1000
    make = _failed if now() - created_at > _UNVERIFIED_FOR else _unknown
    return make(Proof.VERIFIED, "never", time=when(created_at))


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
    # A new one becomes a device when it is subscribed: that asks for its name first.
    known = [vehicle for vehicle in vehicles if vehicle.id in data.coordinator.vehicles]
    data.coordinator.async_take_vehicles(known)
    if (
        {vehicle.id for vehicle in vehicles}
        - data.coordinator.vehicles.keys()
        - (data.coordinator.excluded)
    ):
        data.subscriptions.async_request()
    findings = [_found(Proof.CREDENTIALS)]
    if not vehicles:
        return [*findings, _failed(Proof.VEHICLES, "none")]
    labels, states = labels_of(entry), data.coordinator.vehicles.values()
    return [*findings, *(_vehicle(state, labels[state.vehicle.id]) for state in states)]


def is_gone(state: VehicleState) -> bool:
    """Tell whether a vehicle is gone from the account.

    One that delivers is not, though it be not listed: right after connecting the list may be
    empty, and on API v2.0 the vehicle may be another owner's.
    """
    return not state.listed and now() - (state.last_delivery or 0) > SILENT_FOR


def _vehicle(state: VehicleState, name: str) -> Finding:
    id_ = state.vehicle.id
    if is_gone(state):
        return Finding(Proof.VEHICLES, Outcome.FAILED, "gone", {"vehicle": name}, id_)
    if trouble := next(iter(state.troubles.values()), None):
        placeholders = {"vehicle": name, "error": trouble.problem.name}
        return Finding(Proof.VEHICLES, Outcome.FAILED, "troubled", placeholders, id_)
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
    ours = next((item for item in (here or webhooks) if item.id == known), None)
    if ours is None and here:
        ours = here[0]
        data.subscriptions.async_keep_webhook_id(ours.id)
        data.subscriptions.async_request()
    if ours is None:
        if any(_is_redirect(item.callback_uri) for item in webhooks):
            return (_failed(Proof.WEBHOOK, "redirect"),)
        return (_failed(Proof.WEBHOOK, "missing" if known else "none_here"),)
    if address.uri is not None and not here:
        if _is_redirect(ours.callback_uri):
            return (_failed(Proof.WEBHOOK, "redirect", name=ours.name),)
        return (_failed(Proof.WEBHOOK, "elsewhere", name=ours.name),)
    if not ours.enabled:
        return (_failed(Proof.WEBHOOK, "disabled", name=ours.name),)
    return (_found(Proof.WEBHOOK, name=ours.name), _signals(entry, ours))


def _is_redirect(uri: str) -> bool:
    """Tell whether Connect's redirect URI was pasted as callback URI, the classic mistake."""
    return "/auth/external/callback" in uri or "my.home-assistant.io" in uri


def _signals(entry: SmartcarConfigEntry, webhook: Webhook) -> Finding:
    """Return whether a webhook can ever fire, and has something to say then."""
    if webhook.triggers is None or webhook.data is None:
        return _unknown(Proof.SIGNALS)
    if not webhook.triggers:
        return _failed(Proof.SIGNALS, "no_triggers", name=webhook.name)
    if not webhook.data:
        return _failed(Proof.SIGNALS, "no_data", name=webhook.name)
    for state in entry.runtime_data.coordinator.vehicles.values():
        if all(_is_impossible(state, code) for code in webhook.triggers):
            return _failed(
                Proof.SIGNALS,
                "impossible",
                name=webhook.name,
                vehicle=labels_of(entry)[state.vehicle.id],
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


def _subscription(state: VehicleState, name: str) -> Finding:
    placeholders, id_ = {"vehicle": name}, state.vehicle.id
    if state.refused is not None:
        placeholders["error"] = state.refused.name
        return Finding(Proof.SUBSCRIBED, Outcome.FAILED, "refused", placeholders, id_)
    if state.subscribed_to or state.last_delivery:
        return Finding(Proof.SUBSCRIBED, Outcome.OK, "ok", placeholders, id_)
    return Finding(Proof.SUBSCRIBED, Outcome.UNKNOWN, "not_yet", placeholders, id_)


def _signatures(entry: SmartcarConfigEntry) -> Finding:
    health = entry.runtime_data.coordinator.health
    if health.rejected >= MANY_REJECTIONS and health.last_rejected is not None:
        return _failed(
            Proof.SIGNATURES, "wrong", count=health.rejected, time=when(health.last_rejected)
        )
    if health.last_delivery is None:
        return _unknown(Proof.SIGNATURES, "none")
    return _found(Proof.SIGNATURES)


def _deliveries(entry: SmartcarConfigEntry, labels: Mapping[str, str]) -> Iterator[Finding]:
    data = entry.runtime_data
    health = data.coordinator.health
    if health.last_delivery is None:
        since = health.subscribed_at
        if since is not None and now() - since > _NOTHING_FOR:
            yield _failed(Proof.DELIVERY, "nothing", time=when(since))
        else:
            yield _unknown(Proof.DELIVERY, "nothing_yet")
        return
    time = when(health.last_delivery)
    if entry.data[CONF_API] != API_V2 or now() - health.last_delivery <= SILENT_FOR:
        yield _found(Proof.DELIVERY, "any", time=time)
    elif now() - data.issues.listening_since > _GRACE:
        yield _failed(Proof.DELIVERY, "silent", time=time)
    else:
        yield _unknown(Proof.DELIVERY, "waiting", time=time)
    for state in data.coordinator.vehicles.values():
        id_ = state.vehicle.id
        name = labels[id_]
        if state.last_delivery is None:
            yield Finding(Proof.DELIVERY, Outcome.UNKNOWN, "never", {"vehicle": name}, id_)
        else:
            placeholders = {"vehicle": name, "time": when(state.last_delivery)}
            yield Finding(Proof.DELIVERY, Outcome.OK, "ok", placeholders, id_)
