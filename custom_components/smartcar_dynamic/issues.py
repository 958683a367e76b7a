"""Findings and troubles as repair issues: each appears once, and goes when it is over."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval

from . import cloudhook
from .address import async_callback_address
from .check import (
    Finding,
    Outcome,
    Proof,
    address_finding,
    async_check,
    is_gone,
    labels_of,
    local_findings,
    now,
    when,
)
from .const import API_V2, CONF_API, DOMAIN
from .data import SmartcarConfigEntry
from .devices import name_of
from .smartcar.model import Problem, Remedy, Vehicle
from .vehicle import Trouble, VehicleState

_EVERY = timedelta(hours=1)
_HOURS_BETWEEN_CHECKS = 24
_STATUS_PAGE = "https://status.smartcar.com"
_DASHBOARD = "https://dashboard.smartcar.com"
_V2_END = "https://smartcar.com/docs/getting-started/how-to/migration-guide"

# Proof and reason to issue. What is not here is told by the check alone.
_ISSUES = {
    (Proof.ADDRESS, "no_url"): "callback_not_public",
    (Proof.ADDRESS, "not_https"): "callback_not_public",
    (Proof.ADDRESS, "not_public"): "callback_not_public",
    (Proof.VERIFIED, "never"): "never_verified",
    (Proof.VERIFIED, "other_address"): "callback_changed",
    (Proof.WEBHOOK, "missing"): "webhook_elsewhere",
    (Proof.WEBHOOK, "none_here"): "webhook_elsewhere",
    (Proof.WEBHOOK, "elsewhere"): "webhook_elsewhere",
    (Proof.WEBHOOK, "redirect"): "webhook_elsewhere",
    (Proof.WEBHOOK, "disabled"): "webhook_disabled",
    (Proof.SIGNALS, "no_triggers"): "webhook_incomplete",
    (Proof.SIGNALS, "no_data"): "webhook_incomplete",
    (Proof.SIGNALS, "impossible"): "webhook_incomplete",
    (Proof.SIGNATURES, "wrong"): "signatures_rejected",
    (Proof.DELIVERY, "nothing"): "nothing_arrived",
    (Proof.DELIVERY, "silent"): "deliveries_stopped",
}
_ISSUES_OF_PROOF = {
    proof: {issue for (of, _), issue in _ISSUES.items() if of is proof}
    for proof in {proof for proof, _ in _ISSUES}
}
_TROUBLES = {
    Remedy.REAUTHENTICATE: "reauthentication_required",
    Remedy.OWNER: "account_problem",
    Remedy.PLAN: "plan_limit",
}
_GONE = "vehicle_gone"
_REFUSED = "subscription_refused"
_V2 = "api_v2_end"
_ENTRY_ISSUES = frozenset({*_ISSUES.values(), _V2})
_VEHICLE_ISSUES = frozenset({*_TROUBLES.values(), _GONE, _REFUSED})

# Whose text depends on the reason, or on Smartcar's code.
_REASONED = frozenset({"callback_not_public", "webhook_elsewhere", "webhook_incomplete"})
_CODED = {
    "account_problem": frozenset(
        {
            "ACCOUNT_ISSUE",
            "NO_VEHICLES",
            "SUBSCRIPTION",
            "VEHICLE_MISSING",
            "VIRTUAL_KEY_REQUIRED",
        }
    ),
    "plan_limit": frozenset(
        {"ACCOUNT_SUSPENDED", "INVALID_PLAN", "VEHICLE_LIMIT", "VEHICLE_REQUEST_LIMIT"}
    ),
}
_ENDED_BY_DELIVERY = frozenset(
    {"never_verified", "nothing_arrived", "deliveries_stopped", "signatures_rejected"}
)
# Only Smartcar can tell them, and after a restart it is not asked at once.
_PERSISTENT = frozenset({"webhook_elsewhere", "webhook_disabled", "webhook_incomplete", _REFUSED})
_ERRORS = frozenset(
    {
        "callback_not_public",
        "reauthentication_required",
        "signatures_rejected",
        "webhook_disabled",
        "webhook_elsewhere",
    }
)


def proof_of(issue: str) -> Proof:
    """Return the proof that raises an issue and drops it."""
    return next(proof for (proof, _), known in _ISSUES.items() if known == issue)


class Issues:
    """The repair issues of one entry.

    `listening_since` is when we began to wait for deliveries, 0 where they had stopped before.
    `findings` are those of the last full check, at `checked_at`; `is_verified` is the newest
    answer to that one question. Times are in milliseconds.
    """

    def __init__(self, hass: HomeAssistant, entry: SmartcarConfigEntry) -> None:
        """Prepare; nothing is raised before it is started."""
        self._hass = hass
        self._entry = entry
        self._on_delivery_over: set[str] = set()
        self._hours = 0
        self._verified_listeners: list[Callable[[], None]] = []
        self._labels: dict[str, str] = {}
        # Those of before the restart, too: what is ignored must be dropped when it is over.
        self._raised = {
            issue_id
            for domain, issue_id in ir.async_get(hass).issues
            if domain == DOMAIN and entry.entry_id in issue_id
        }
        self.listening_since = now()
        self.findings: tuple[Finding, ...] = ()
        self.checked_at: int | None = None
        self.is_verified: bool | None = None

    @callback
    def async_start(self) -> None:
        """Look now, hourly, and whenever something changes that an issue is about."""
        entry, hass = self._entry, self._hass
        coordinator = entry.runtime_data.coordinator
        entry.async_on_unload(self._async_unloaded)
        entry.async_on_unload(coordinator.async_listen_vehicles(self._async_vehicle))
        entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_config))
        entry.async_on_unload(
            async_track_time_interval(hass, self._async_hourly, _EVERY, cancel_on_shutdown=True)
        )
        entry.async_on_unload(
            cloudhook.async_listen(hass, entry.runtime_data.callback.webhook_id, self.async_request)
        )
        coordinator.on_delivery = self._async_delivery
        if self._known("deliveries_stopped"):
            self.listening_since = 0
        self.async_look_at_vehicles()
        if entry.data[CONF_API] == API_V2:
            self._raise(_V2, _V2, {}, learn_more=_V2_END)
        else:
            self._drop(_V2)
        self.async_request()

    @callback
    def async_request(self) -> None:
        """Look again at what can be told without asking anybody, in the background."""
        self._entry.async_create_background_task(self._hass, self.async_look(), "Smartcar issues")

    async def async_look(self) -> None:
        """Look again at what can be told without asking anybody."""
        entry, coordinator = self._entry, self._entry.runtime_data.coordinator
        webhook_id = entry.runtime_data.callback.webhook_id
        address = await async_callback_address(self._hass, webhook_id)
        health = coordinator.health
        if health.last_delivery and health.callback_uri is None and address.uri:
            health.callback_uri = address.uri
            coordinator.async_schedule_save()
        self.async_look_at_vehicles()
        self.async_take([address_finding(address), *local_findings(entry, address)])

    async def async_check(self) -> tuple[Finding, ...]:
        """Run the whole chain of proofs, and raise and drop issues by what it finds."""
        self.findings = await async_check(self._hass, self._entry)
        self.checked_at = now()
        self.async_look_at_vehicles()
        self.async_take(self.findings)
        return self.findings

    @callback
    def async_take(self, findings: Iterable[Finding]) -> None:
        """Raise an issue for each failure that has one; drop those of what is well."""
        failed: dict[str, Finding] = {}
        seen: set[Proof] = set()
        for finding in findings:
            if finding.proof is Proof.VERIFIED:
                self._take_verified(finding)
            if finding.outcome is Outcome.UNKNOWN:
                continue
            seen.add(finding.proof)
            issue = _ISSUES.get((finding.proof, finding.reason))
            if issue is not None and finding.outcome is Outcome.FAILED:
                failed[issue] = finding
        if Proof.WEBHOOK in seen:
            # A webhook that is not found, or is off, has no signals to speak of.
            seen.add(Proof.SIGNALS)
        for proof in seen:
            for issue in _ISSUES_OF_PROOF.get(proof, set()) - failed.keys():
                self._drop(issue)
        for issue, finding in failed.items():
            key = f"{issue}_{finding.reason}" if issue in _REASONED else issue
            self._raise(issue, key, dict(finding.placeholders))

    @callback
    def is_raised(self, issue: str, vehicle_id: str | None = None) -> bool:
        """Tell whether an issue stands."""
        known = self._known(issue, vehicle_id)
        return known is not None and known.active

    @callback
    def async_listen_verified(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call back when it has changed whether the callback URI is verified."""
        self._verified_listeners.append(listener)
        return lambda: self._verified_listeners.remove(listener)

    @callback
    def async_look_at_vehicles(self) -> None:
        """Raise and drop the issues of every vehicle."""
        for state in self._entry.runtime_data.coordinator.vehicles.values():
            self._async_vehicle(state)

    @callback
    def _async_vehicle(self, state: VehicleState) -> None:
        """Raise and drop the issues of one vehicle."""
        vehicle_id = state.vehicle.id
        is_healthy = state.listed and not state.troubles and state.refused is None
        if is_healthy and not any(
            self._issue_id(issue, vehicle_id) in self._raised for issue in _VEHICLE_ISSUES
        ):
            return
        by_issue: dict[str, Trouble] = {}
        for trouble in state.troubles.values():
            by_issue.setdefault(_TROUBLES[trouble.problem.remedy], trouble)
        for issue in _TROUBLES.values():
            worst = by_issue.get(issue)
            if worst is None:
                self._drop(issue, vehicle_id)
                continue
            self._raise(
                issue,
                _key(issue, worst.problem),
                {"since": when(worst.since), "error": worst.problem.name},
                vehicle_id=vehicle_id,
                learn_more=_STATUS_PAGE if issue == "account_problem" else _DASHBOARD,
            )
        if is_gone(state):
            self._raise(_GONE, _GONE, {}, vehicle_id=vehicle_id)
        else:
            self._drop(_GONE, vehicle_id)
        if state.refused is not None:
            error = {"error": state.refused.name}
            self._raise(_REFUSED, _REFUSED, error, vehicle_id=vehicle_id)
        elif state.subscribed_to or not state.listed:
            # Else we have not asked yet since the restart.
            self._drop(_REFUSED, vehicle_id)

    @callback
    def async_raise_not_unsubscribed(self, vehicle: Vehicle) -> None:
        """Say that a deleted vehicle may still be subscribed."""
        async_raise_not_unsubscribed(
            self._hass,
            "vehicle_not_unsubscribed",
            f"{self._entry.entry_id}_{vehicle.id}",
            {"vehicle": name_of(vehicle)},
        )

    @callback
    def async_forget(self, vehicle_id: str) -> None:
        """Drop the issues of a vehicle that was deleted."""
        for issue in _VEHICLE_ISSUES:
            self._drop(issue, vehicle_id)

    @callback
    def _take_verified(self, finding: Finding) -> None:
        if finding.reason == "never":
            self._on_delivery_over.add("never_verified")
        is_verified = finding.outcome is Outcome.OK
        if is_verified is not self.is_verified:
            self.is_verified = is_verified
            for listener in list(self._verified_listeners):
                listener()

    @callback
    def _async_delivery(self) -> None:
        """Look again if a delivery is what an issue waits for."""
        if self._on_delivery_over:
            self._on_delivery_over.clear()
            self.async_request()

    @callback
    def _async_unloaded(self) -> None:
        """Drop everything if the entry was disabled: nobody expects anything of it."""
        if self._entry.disabled_by is not None:
            async_drop_all(self._hass, self._entry, self._entry.runtime_data.coordinator.vehicles)

    async def _async_hourly(self, _now: datetime) -> None:
        self._hours += 1
        if self._hours % _HOURS_BETWEEN_CHECKS == 1:
            await self.async_check()
        else:
            await self.async_look()

    async def _async_config(self, _event: Event) -> None:
        await self.async_look()

    def _known(self, issue: str, vehicle_id: str | None = None) -> ir.IssueEntry | None:
        """Return an issue that stands, or stood before the restart."""
        return ir.async_get(self._hass).async_get_issue(DOMAIN, self._issue_id(issue, vehicle_id))

    def _issue_id(self, issue: str, vehicle_id: str | None = None) -> str:
        return _issue_id(issue, self._entry.entry_id, vehicle_id)

    def _label(self, vehicle_id: str) -> str:
        """Return what the owner calls a vehicle; all are looked up once for all that is told now.

        Who is called like another one takes a look at them all, and many may be told of at once.
        """
        if vehicle_id not in self._labels:
            self._labels = labels_of(self._entry)
            self._hass.loop.call_soon(self._labels.clear)
        return self._labels[vehicle_id]

    def _raise(
        self,
        issue: str,
        key: str,
        placeholders: dict[str, str],
        *,
        vehicle_id: str | None = None,
        learn_more: str | None = _DASHBOARD,
    ) -> None:
        if issue in _ENDED_BY_DELIVERY:
            self._on_delivery_over.add(issue)
        known = self._known(issue, vehicle_id)
        since = now() if known is None else known.created.timestamp() * 1000
        placeholders = {"since": when(since), **placeholders}
        if vehicle_id is not None:
            placeholders["vehicle"] = self._label(vehicle_id)
        issue_id = self._issue_id(issue, vehicle_id)
        self._raised.add(issue_id)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data={
                "entry_id": self._entry.entry_id,
                "issue": issue,
                "vehicle_id": vehicle_id,
                **placeholders,
            },
            is_fixable=True,
            is_persistent=issue in _PERSISTENT,
            learn_more_url=learn_more,
            severity=ir.IssueSeverity.ERROR if issue in _ERRORS else ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"entry": self._entry.title, **placeholders},
        )

    def _drop(self, issue: str, vehicle_id: str | None = None) -> None:
        issue_id = self._issue_id(issue, vehicle_id)
        if issue_id in self._raised:
            self._raised.remove(issue_id)
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)


def _key(issue: str, problem: Problem) -> str:
    """Return the key of an issue's text, which may be one for Smartcar's code."""
    code = problem.code or ""
    return f"{issue}_{code.lower()}" if code in _CODED.get(issue, ()) else issue


def _issue_id(issue: str, entry_id: str, vehicle_id: str | None = None) -> str:
    """Return an issue's ID; two entries may know the same vehicle."""
    return f"{issue}_{entry_id}" if vehicle_id is None else f"{issue}_{entry_id}_{vehicle_id}"


@callback
def async_drop_all(
    hass: HomeAssistant, entry: SmartcarConfigEntry, vehicle_ids: Iterable[str]
) -> None:
    """Drop every issue of an entry that is removed or disabled."""
    for issue in _ENTRY_ISSUES:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(issue, entry.entry_id))
    for vehicle_id in vehicle_ids:
        for issue in _VEHICLE_ISSUES:
            ir.async_delete_issue(hass, DOMAIN, _issue_id(issue, entry.entry_id, vehicle_id))


@callback
def async_raise_not_unsubscribed(
    hass: HomeAssistant, key: str, of: str, placeholders: dict[str, str]
) -> None:
    """Say that what was removed here may still be subscribed there; the owner confirms the end."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{key}_{of}",
        is_fixable=True,
        is_persistent=True,
        learn_more_url=_DASHBOARD,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"since": when(now()), **placeholders},
    )
