"""Findings and troubles as repair issues: each appears once, and goes when it is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval

from . import cloudhook
from .address import async_callback_address
from .check import Finding, Outcome, Proof, address_finding, async_check, local_findings, when
from .const import API_V2, CONF_API, DOMAIN
from .data import SmartcarConfigEntry
from .devices import name_of
from .smartcar.model import Remedy
from .vehicle import Trouble, VehicleState

_EVERY = timedelta(hours=1)
_FULL_CHECK_AFTER = timedelta(days=1)
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
_V2 = "api_v2_end"


class Issues:
    """The repair issues of one entry."""

    def __init__(self, hass: HomeAssistant, entry: SmartcarConfigEntry) -> None:
        """Prepare; nothing is raised before it is started."""
        self._hass = hass
        self._entry = entry
        self._on_delivery_over: set[str] = set()

    @callback
    def async_start(self) -> None:
        """Look now, hourly, and whenever something changes that an issue is about."""
        entry, hass = self._entry, self._hass
        coordinator = entry.runtime_data.coordinator
        entry.async_on_unload(coordinator.async_listen_vehicles(self._async_vehicle))
        entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_config))
        entry.async_on_unload(
            async_track_time_interval(hass, self._async_hourly, _EVERY, cancel_on_shutdown=True)
        )
        entry.async_on_unload(
            async_track_time_interval(
                hass, self._async_daily, _FULL_CHECK_AFTER, cancel_on_shutdown=True
            )
        )
        entry.async_on_unload(
            cloudhook.async_listen(hass, entry.runtime_data.callback.webhook_id, self.async_request)
        )
        coordinator.on_delivery = self._async_delivery
        for state in coordinator.vehicles.values():
            self._async_vehicle(state)
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
        entry = self._entry
        address = await async_callback_address(self._hass, entry.runtime_data.callback.webhook_id)
        health = entry.runtime_data.coordinator.health
        if health.last_delivery and health.callback_uri is None:
            health.callback_uri = address.uri
        self.async_take([address_finding(address), *local_findings(entry, address)])

    async def async_check(self) -> tuple[Finding, ...]:
        """Run the whole chain of proofs, and raise and drop issues by what it finds."""
        findings = await async_check(self._hass, self._entry)
        self.async_take(findings)
        return findings

    @callback
    def async_take(self, findings: Iterable[Finding]) -> None:
        """Raise an issue for each failure that has one; drop those of what is well."""
        failed: dict[str, Finding] = {}
        seen: set[Proof] = set()
        for finding in findings:
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
        issue_id = _issue_id(issue, vehicle_id or self._entry.entry_id)
        return ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id) is not None

    @callback
    def _async_vehicle(self, state: VehicleState) -> None:
        """Raise and drop the issues of one vehicle."""
        vehicle = state.vehicle
        by_issue: dict[str, Trouble] = {}
        for trouble in state.troubles.values():
            by_issue.setdefault(_TROUBLES[trouble.problem.remedy], trouble)
        for issue in _TROUBLES.values():
            worst = by_issue.get(issue)
            if worst is None:
                self._drop(issue, vehicle.id)
                continue
            self._raise(
                issue,
                _account_key(worst) if issue == "account_problem" else issue,
                {
                    "vehicle": name_of(vehicle),
                    "since": when(worst.since),
                    "error": worst.problem.name,
                },
                vehicle_id=vehicle.id,
                learn_more=None if issue == "reauthentication_required" else _STATUS_PAGE,
            )
        if state.listed:
            self._drop(_GONE, vehicle.id)
        else:
            self._raise(_GONE, _GONE, {"vehicle": name_of(vehicle)}, vehicle_id=vehicle.id)

    @callback
    def async_forget(self, vehicle_id: str) -> None:
        """Drop the issues of a vehicle that was deleted."""
        for issue in (*_TROUBLES.values(), _GONE):
            self._drop(issue, vehicle_id)

    @callback
    def _async_delivery(self) -> None:
        """Look again if a delivery is what an issue waits for."""
        if self._on_delivery_over:
            self._on_delivery_over.clear()
            self.async_request()

    async def _async_hourly(self, _now: datetime) -> None:
        await self.async_look()

    async def _async_daily(self, _now: datetime) -> None:
        await self.async_check()

    async def _async_config(self, _event: Event) -> None:
        await self.async_look()

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
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(issue, vehicle_id or self._entry.entry_id),
            data={
                "entry_id": self._entry.entry_id,
                "issue": issue,
                "vehicle_id": vehicle_id,
                **placeholders,
            },
            is_fixable=True,
            is_persistent=False,
            learn_more_url=learn_more,
            severity=ir.IssueSeverity.ERROR if issue in _ERRORS else ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"entry": self._entry.title, **placeholders},
        )

    def _drop(self, issue: str, vehicle_id: str | None = None) -> None:
        ir.async_delete_issue(
            self._hass, DOMAIN, _issue_id(issue, vehicle_id or self._entry.entry_id)
        )


_REASONED = {"callback_not_public", "webhook_elsewhere", "webhook_incomplete"}
_ENDED_BY_DELIVERY = {
    "never_verified",
    "nothing_arrived",
    "deliveries_stopped",
    "signatures_rejected",
}
_ERRORS = {"reauthentication_required", "signatures_rejected", "callback_not_public"}
_ACCOUNT_KEYS = {
    "ACCOUNT_ISSUE",
    "NO_VEHICLES",
    "SUBSCRIPTION",
    "VEHICLE_MISSING",
    "VIRTUAL_KEY_REQUIRED",
}


def _account_key(trouble: Trouble) -> str:
    code = trouble.problem.code
    return f"account_problem_{code.lower()}" if code in _ACCOUNT_KEYS else "account_problem"


def _issue_id(issue: str, of: str) -> str:
    return f"{issue}_{of}"


@callback
def async_drop_all(
    hass: HomeAssistant, entry: SmartcarConfigEntry, vehicle_ids: Iterable[str]
) -> None:
    """Drop every issue of an entry that is removed."""
    entry_issues = {*_ISSUES.values(), _V2}
    vehicle_issues = {*_TROUBLES.values(), _GONE}
    for issue in entry_issues:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(issue, entry.entry_id))
    for vehicle_id in vehicle_ids:
        for issue in vehicle_issues:
            ir.async_delete_issue(hass, DOMAIN, _issue_id(issue, vehicle_id))


@callback
def async_raise_not_unsubscribed(hass: HomeAssistant, title: str, entry_id: str) -> None:
    """Say that a removed entry's vehicles still send their data."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id("not_unsubscribed", entry_id),
        is_fixable=False,
        is_persistent=True,
        learn_more_url=_DASHBOARD,
        severity=ir.IssueSeverity.WARNING,
        translation_key="not_unsubscribed",
        translation_placeholders={"entry": title},
    )
