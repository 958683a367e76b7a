"""The checks, in order, from the API to the last delivery: they ask and look, and change nothing.

A full check asks Smartcar and our own callback URI (`async_ask`), and then judges the answers and
what is known here (`all_results`). What is known here can be judged alone (`local_results`). Acting
on answers and results is the caller's part.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
import secrets

import aiohttp
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ..allowance import Allowance, RefusalReason
from ..const import CONF_SMARTCAR_WEBHOOK_ID
from ..device import async_other_entry_of, async_vehicle_names
from ..smartcar.client import SmartcarClient, SmartcarCredentialsError, SmartcarError, Webhook
from ..smartcar.model import Remedy, VehicleInfo
from ..store import StoredData
from ..util import HOUR, now_ms, plain_text, utc_from_ms
from ..vehicle import VehicleState
from ..webhook.handler import SmartcarWebhook
from ..webhook.uri import CallbackUri, async_get_callback_uri, is_same_uri
from .result import Check, CheckResult, CheckStatus

_NO_WEBHOOK = ("missing", "none_here")
_UNVERIFIED_FOR = HOUR
_NOTHING_FOR = 24 * HOUR
# Home Assistant may have been off; the next hourly delivery gets the time to come.
_RESTART_GRACE = 2 * HOUR
_TIMEOUT = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What the checks look at; `listening_since` is when we began to wait for deliveries."""

    hass: HomeAssistant
    entry: ConfigEntry
    client: SmartcarClient
    webhook: SmartcarWebhook
    data: StoredData
    listening_since: int
    is_store_set_aside: bool

    @property
    def vehicles(self) -> Mapping[str, VehicleState]:
        """Return the vehicles by Smartcar's ID."""
        return self.data.vehicles

    @property
    def names(self) -> dict[str, str]:
        """Return the owner's name of each vehicle by ID."""
        return async_vehicle_names(self.hass, self.entry.entry_id, self.vehicles)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: a list, `None` where it cannot be told, or why it was not answered."""

    callback_uri: CallbackUri
    vehicles: tuple[VehicleInfo, ...] | SmartcarError
    webhooks: tuple[Webhook, ...] | SmartcarError | None
    subscribed: frozenset[str] | None
    answer: CheckResult


async def async_ask(context: CheckContext) -> Answers:
    """Ask Smartcar and ourselves; costs at most four unbilled calls."""
    callback_uri = await async_get_callback_uri(context.hass, context.webhook.webhook_id)
    vehicles: tuple[VehicleInfo, ...] | SmartcarError
    webhooks: tuple[Webhook, ...] | SmartcarError | None
    subscribed = None
    try:
        vehicles = await context.client.vehicles()
    except SmartcarError as error:
        vehicles = webhooks = error
    else:
        try:
            webhooks = await context.client.webhooks()
        except SmartcarError as error:
            webhooks = error
        else:
            subscribed = await _async_subscribed(context, webhooks, callback_uri)
    answer = await _async_ask_ourselves(context, callback_uri)
    return Answers(callback_uri, vehicles, webhooks, subscribed, answer)


async def _async_subscribed(
    context: CheckContext, webhooks: tuple[Webhook, ...] | None, callback_uri: CallbackUri
) -> frozenset[str] | None:
    """Return the IDs of the vehicles that are subscribed to our webhook, if Smartcar tells."""
    known_id = context.entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)
    ours = find_our_webhook(webhooks or (), known_id, callback_uri)
    if ours is None:
        return None
    try:
        return await context.client.subscribed(ours.id)
    except SmartcarError:
        return None


async def _async_ask_ourselves(context: CheckContext, callback_uri: CallbackUri) -> CheckResult:
    """Send a challenge to our callback URI; a network may not let that through."""
    if callback_uri.uri is None or callback_uri.obstacle is not None:
        return CheckResult.unknown(Check.ANSWER)
    challenge = f"check_{secrets.token_hex(16)}"
    with context.webhook.expect_challenge(challenge) as expected:
        try:
            async with async_get_clientsession(context.hass).post(
                callback_uri.uri,
                json={"eventType": "VERIFY", "data": {"challenge": challenge}},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(4096)
        except aiohttp.ClientError, TimeoutError:
            return CheckResult.unknown(Check.ANSWER, "not_from_here")
    if response.status == HTTPStatus.OK and expected.encode() in answer:
        return CheckResult.ok(Check.ANSWER)
    return CheckResult.failed(Check.ANSWER, "something_else", status=response.status)


def all_results(context: CheckContext, answers: Answers) -> tuple[CheckResult, ...]:
    """Return the results of the full check, in the order of the checks."""
    results = [
        *_account(answers.vehicles),
        answers.answer,
        *_webhook(context, answers),
        *local_results(context, answers.callback_uri),
    ]
    if any(it.check is Check.WEBHOOK and it.reason in _NO_WEBHOOK for it in results):
        # There is nothing left to which a vehicle could be subscribed.
        results = [
            it
            for it in results
            if not (it.check is Check.SUBSCRIBED and it.status is CheckStatus.OK)
        ]
    order = list(Check)
    return tuple(sorted(results, key=lambda result: order.index(result.check)))


def local_results(context: CheckContext, callback_uri: CallbackUri) -> Iterator[CheckResult]:
    """Yield the results of what can be told without asking anybody."""
    names = context.names
    yield _api(context)
    yield callback_uri_result(callback_uri)
    yield _verified(context, callback_uri)
    for vehicle in context.vehicles.values():
        other_entry = async_other_entry_of(context.hass, context.entry, vehicle.id)
        yield from vehicle_results(vehicle, names[vehicle.id], context.data.allowance, other_entry)
    yield _signatures(context.data)
    yield from _deliveries(context, names)
    if context.is_store_set_aside:
        yield CheckResult.failed(Check.STORAGE, "set_aside")


def vehicle_results(
    vehicle: VehicleState, name: str, allowance: Allowance, other_entry: str | None
) -> Iterator[CheckResult]:
    """Yield the results of a vehicle's place in the account, its subscription and its calls.

    `other_entry` is the title of an older entry that has the vehicle, too.
    """
    for result in (
        *_vehicle(vehicle, name),
        *_entries(name, other_entry),
        *_subscription(vehicle, name),
        *_calls(vehicle, name, allowance),
    ):
        yield replace(result, vehicle_id=vehicle.id)


def callback_uri_result(callback_uri: CallbackUri) -> CheckResult:
    """Return whether Smartcar can reach the callback URI."""
    if callback_uri.obstacle is not None:
        return CheckResult.failed(Check.CALLBACK_URI, callback_uri.obstacle)
    return CheckResult.ok(
        Check.CALLBACK_URI, "cloudhook" if callback_uri.is_cloudhook else "external"
    )


def find_our_webhook(
    webhooks: Iterable[Webhook], known_id: str | None, callback_uri: CallbackUri
) -> Webhook | None:
    """Return our webhook: the one that points here, of several the one with our ID."""
    webhooks = list(webhooks)
    here = [webhook for webhook in webhooks if is_same_uri(webhook.callback_uri, callback_uri.uri)]
    ours = next((webhook for webhook in (here or webhooks) if webhook.id == known_id), None)
    return ours or next(iter(here), None)


def _api(context: CheckContext) -> CheckResult:
    """Return the API's announced end; a webhook that still delivers is believed more."""
    ends_at = context.client.ends_at
    if ends_at is None:
        return CheckResult.ok(Check.API, "current")
    now, last_delivery = now_ms(), context.data.status.last_delivery or 0
    has_ended = now >= ends_at and now - last_delivery > _NOTHING_FOR
    return (
        CheckResult.failed(Check.API, "ended") if has_ended else CheckResult.ok(Check.API, "ends")
    )


def _account(vehicles: tuple[VehicleInfo, ...] | SmartcarError) -> Iterator[CheckResult]:
    if isinstance(vehicles, SmartcarCredentialsError):
        yield CheckResult.failed(Check.CREDENTIALS, "rejected")
        yield CheckResult.unknown(Check.VEHICLES)
    elif isinstance(vehicles, SmartcarError):
        yield CheckResult.unknown(Check.CREDENTIALS, "unreachable", error=vehicles)
        yield CheckResult.unknown(Check.VEHICLES)
    else:
        yield CheckResult.ok(Check.CREDENTIALS)
        if not vehicles:
            yield CheckResult.failed(Check.VEHICLES, "none")


def _vehicle(vehicle: VehicleState, name: str) -> Iterator[CheckResult]:
    """Yield a vehicle's problems, or else its grant."""
    if vehicle.is_gone(now_ms()):
        yield CheckResult.failed(Check.VEHICLES, "gone", vehicle=name)
        return
    if vehicle.active_problems:
        for active in vehicle.active_problems.values():
            error = active.problem.name
            yield replace(
                CheckResult.failed(Check.VEHICLES, "troubled", vehicle=name, error=error),
                problem=active.problem,
                since=active.since,
            )
        return
    if not vehicle.listed:
        yield CheckResult.unknown(Check.VEHICLES, "unlisted", vehicle=name)
        return
    withheld = sorted(
        code
        for code, signal in vehicle.signals.items()
        if signal.problem is not None and signal.problem.remedy is Remedy.PERMISSION
    )
    permissions = vehicle.info.permissions
    if withheld:
        yield CheckResult.ok(Check.VEHICLES, "withheld", vehicle=name, signals=", ".join(withheld))
    elif permissions is None:
        yield CheckResult.ok(Check.VEHICLES, vehicle=name)
    else:
        yield CheckResult.ok(Check.VEHICLES, "granted", vehicle=name, count=len(permissions))


def _entries(name: str, other_entry: str | None) -> Iterator[CheckResult]:
    if other_entry is not None:
        yield CheckResult.failed(Check.ENTRIES, "twice", vehicle=name, other=other_entry)


def _subscription(vehicle: VehicleState, name: str) -> Iterator[CheckResult]:
    if vehicle.refused is not None:
        error = vehicle.refused.name
        yield replace(
            CheckResult.failed(Check.SUBSCRIBED, "refused", vehicle=name, error=error),
            problem=vehicle.refused,
        )
    elif not vehicle.listed:
        return
    elif vehicle.subscribed_to or vehicle.last_delivery:
        yield CheckResult.ok(Check.SUBSCRIBED, vehicle=name)
    else:
        yield CheckResult.unknown(Check.SUBSCRIBED, "not_yet", vehicle=name)


def _calls(vehicle: VehicleState, name: str, allowance: Allowance) -> Iterator[CheckResult]:
    """Yield what the plan leaves of a vehicle's billed calls, if any were made."""
    now = dt_util.utcnow()
    used, left = allowance.used(vehicle.id, now), allowance.left(vehicle.id, now)
    refusal = allowance.command_refusal(vehicle.id, now)
    if refusal is not None and refusal.reason is RefusalReason.EXHAUSTED:
        yield CheckResult.failed(
            Check.ALLOWANCE, "exhausted", vehicle=name, used=used, until=refusal.until
        )
    elif used:
        yield CheckResult.ok(Check.ALLOWANCE, vehicle=name, used=used, left=left)


def _webhook(context: CheckContext, answers: Answers) -> Iterator[CheckResult]:
    if isinstance(answers.vehicles, SmartcarError):
        yield CheckResult.unknown(Check.WEBHOOK)
    elif isinstance(answers.webhooks, SmartcarError):
        yield CheckResult.unknown(Check.WEBHOOK, "unreachable", error=answers.webhooks)
    elif answers.webhooks is None:
        yield CheckResult.unknown(Check.WEBHOOK, "not_told")
    else:
        yield from _our_webhook(context, answers.webhooks, answers.callback_uri)


def _our_webhook(
    context: CheckContext, webhooks: tuple[Webhook, ...], callback_uri: CallbackUri
) -> Iterator[CheckResult]:
    known_id = context.entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)
    ours = find_our_webhook(webhooks, known_id, callback_uri)
    if ours is None:
        is_redirect = any(_is_redirect(webhook.callback_uri) for webhook in webhooks)
        reason = "redirect" if is_redirect else "missing" if known_id else "none_here"
        yield CheckResult.failed(Check.WEBHOOK, reason)
    elif callback_uri.uri is not None and not is_same_uri(ours.callback_uri, callback_uri.uri):
        reason = "redirect" if _is_redirect(ours.callback_uri) else "elsewhere"
        yield CheckResult.failed(Check.WEBHOOK, reason, name=plain_text(ours.name))
    elif not ours.enabled:
        yield CheckResult.failed(Check.WEBHOOK, "disabled", name=plain_text(ours.name))
    else:
        yield CheckResult.ok(Check.WEBHOOK, name=plain_text(ours.name))
        yield _signals(context, ours)


def _is_redirect(uri: str) -> bool:
    """Tell whether Connect's redirect URI was pasted as callback URI, the classic mistake."""
    return "/auth/external/callback" in uri or "my.home-assistant.io" in uri


def _signals(context: CheckContext, webhook: Webhook) -> CheckResult:
    """Return whether a webhook can ever fire, and carries anything then."""
    if webhook.triggers is None or webhook.data is None:
        return CheckResult.unknown(Check.SIGNALS)
    if not webhook.triggers:
        return CheckResult.failed(Check.SIGNALS, "no_triggers", name=plain_text(webhook.name))
    if not webhook.data:
        return CheckResult.failed(Check.SIGNALS, "no_data", name=plain_text(webhook.name))
    for vehicle in context.vehicles.values():
        if all(_is_impossible(vehicle, code) for code in webhook.triggers):
            return CheckResult.failed(
                Check.SIGNALS,
                "impossible",
                name=plain_text(webhook.name),
                vehicle=context.names[vehicle.id],
                signals=", ".join(webhook.triggers),
            )
    return CheckResult.ok(Check.SIGNALS, triggers=len(webhook.triggers), data=len(webhook.data))


def _is_impossible(vehicle: VehicleState, code: str) -> bool:
    signal = vehicle.signals.get(code)
    return (
        signal is not None
        and signal.problem is not None
        and signal.problem.remedy is Remedy.NOT_CAPABLE
    )


def _verified(context: CheckContext, callback_uri: CallbackUri) -> CheckResult:
    status = context.data.status
    is_changed = (
        status.callback_uri
        and callback_uri.uri
        and not is_same_uri(status.callback_uri, callback_uri.uri)
    )
    if is_changed and not is_same_uri(status.answered_uri, callback_uri.uri):
        return CheckResult.failed(Check.VERIFIED, "other_address")
    if is_changed and status.answered_at is not None:
        return _answered(status.answered_at)
    if status.last_delivery:
        return CheckResult.ok(Check.VERIFIED, "delivers")
    if status.signed_at is not None:
        return CheckResult.ok(Check.VERIFIED, "signed", time=utc_from_ms(status.signed_at))
    if (answered_at := status.answered_at or status.confirmed_at) is not None:
        return _answered(answered_at)
    created_at = context.entry.created_at.timestamp() * 1000
    is_overdue = now_ms() - created_at > _UNVERIFIED_FOR
    make = CheckResult.failed if is_overdue else CheckResult.unknown
    return make(Check.VERIFIED, "never", time=utc_from_ms(created_at))


def _answered(at: int) -> CheckResult:
    """Return that a challenge was answered: nothing is proved, and nothing is left to be done."""
    result = CheckResult.unknown(Check.VERIFIED, "answered", time=utc_from_ms(at))
    return replace(result, is_conclusive=True)


def _signatures(data: StoredData) -> CheckResult:
    status = data.status
    if status.are_signatures_wrong and status.last_rejected is not None:
        return CheckResult.failed(
            Check.SIGNATURES,
            "wrong",
            count=status.wrong_signatures,
            time=utc_from_ms(status.last_rejected),
        )
    if status.signed_at is None:
        return CheckResult.unknown(Check.SIGNATURES, "none")
    # After a restart the next signature tells.
    return replace(CheckResult.ok(Check.SIGNATURES), is_conclusive=status.is_signed_since_start)


def _deliveries(context: CheckContext, names: Mapping[str, str]) -> Iterator[CheckResult]:
    now, last_delivery = now_ms(), context.data.status.last_delivery
    if last_delivery is None:
        since = context.data.subscribed_at
        if since is not None and now - since > _NOTHING_FOR:
            yield CheckResult.failed(Check.DELIVERY, "nothing", time=utc_from_ms(since))
        else:
            yield CheckResult.unknown(Check.DELIVERY, "nothing_yet")
        return
    time = utc_from_ms(last_delivery)
    interval = context.client.delivery_interval
    if interval is None or now - last_delivery <= interval:
        yield CheckResult.ok(Check.DELIVERY, "any", time=time)
    elif now - context.listening_since > _RESTART_GRACE:
        yield CheckResult.failed(Check.DELIVERY, "silent", time=time)
    else:
        yield CheckResult.unknown(Check.DELIVERY, "waiting", time=time)
    for vehicle in context.vehicles.values():
        name = names[vehicle.id]
        if vehicle.last_delivery is None:
            result = CheckResult.unknown(Check.DELIVERY, "never", vehicle=name)
        else:
            time = utc_from_ms(vehicle.last_delivery)
            result = CheckResult.ok(Check.DELIVERY, vehicle=name, time=time)
        yield replace(result, vehicle_id=vehicle.id)
