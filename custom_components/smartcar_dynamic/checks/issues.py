"""Check results as repair issues: one table says which result raises which issue."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DASHBOARD_URL, DOMAIN
from ..device import vehicle_name
from ..language import time_text
from ..smartcar.model import Remedy, VehicleInfo
from ..util import now_ms, plain_text, utc_from_ms
from .result import Check, CheckResult, CheckStatus
from .text import placeholder_texts

_MIGRATION_GUIDE = "https://smartcar.com/docs/getting-started/how-to/migration-guide"
_STATUS_PAGE = "https://status.smartcar.com"


@dataclass(frozen=True, slots=True)
class IssueDescription:
    """Describes a repair issue: the results that raise it, and how it is shown.

    `reasons` are those of the check, `remedy` that of the problem behind it. An issue has one text
    for all, or one per reason (`has_reason_texts`), or one for each of Smartcar's `error_codes`.
    `is_persistent`: only Smartcar can tell, and after a restart it is not asked at once.
    `ends_on_delivery`: the next delivery may end it.
    """

    key: str
    check: Check
    reasons: tuple[str, ...]
    remedy: Remedy | None = None
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING
    is_per_vehicle: bool = False
    is_persistent: bool = False
    ends_on_delivery: bool = False
    has_reason_texts: bool = False
    error_codes: frozenset[str] = field(default_factory=frozenset)
    learn_more_url: str = DASHBOARD_URL

    def is_raised_by(self, result: CheckResult) -> bool:
        """Tell whether a result raises the issue."""
        return (
            result.check is self.check
            and result.status is not CheckStatus.UNKNOWN
            and result.reason in self.reasons
            and (
                self.remedy is None
                or (result.problem is not None and result.problem.remedy is self.remedy)
            )
        )

    def translation_key(self, result: CheckResult) -> str:
        """Return the key of the issue's text for a result."""
        if self.has_reason_texts:
            return f"{self.key}_{result.reason}"
        code = (result.problem.code if result.problem else None) or ""
        return f"{self.key}_{code.lower()}" if code in self.error_codes else self.key


ISSUES = (
    IssueDescription("api_v2_end", Check.API, ("ends",), learn_more_url=_MIGRATION_GUIDE),
    IssueDescription(
        "api_v2_ended",
        Check.API,
        ("ended",),
        severity=ir.IssueSeverity.ERROR,
        learn_more_url=_MIGRATION_GUIDE,
    ),
    IssueDescription(
        "reauthentication_required",
        Check.VEHICLES,
        ("troubled",),
        Remedy.REAUTHENTICATE,
        ir.IssueSeverity.ERROR,
        is_per_vehicle=True,
    ),
    IssueDescription(
        "account_problem",
        Check.VEHICLES,
        ("troubled",),
        Remedy.OWNER,
        is_per_vehicle=True,
        error_codes=frozenset(
            {
                "ACCOUNT_ISSUE",
                "NO_VEHICLES",
                "SUBSCRIPTION",
                "VEHICLE_MISSING",
                "VIRTUAL_KEY_REQUIRED",
            }
        ),
        learn_more_url=_STATUS_PAGE,
    ),
    IssueDescription(
        "plan_limit",
        Check.VEHICLES,
        ("troubled",),
        Remedy.PLAN,
        is_per_vehicle=True,
        error_codes=frozenset(
            {"ACCOUNT_SUSPENDED", "INVALID_PLAN", "VEHICLE_LIMIT", "VEHICLE_REQUEST_LIMIT"}
        ),
    ),
    IssueDescription("vehicle_twice", Check.ENTRIES, ("twice",), is_per_vehicle=True),
    IssueDescription("vehicle_gone", Check.VEHICLES, ("gone",), is_per_vehicle=True),
    IssueDescription(
        "callback_not_public",
        Check.CALLBACK_URI,
        ("no_url", "not_https", "not_public"),
        severity=ir.IssueSeverity.ERROR,
        has_reason_texts=True,
    ),
    IssueDescription(
        "webhook_elsewhere",
        Check.WEBHOOK,
        ("missing", "none_here", "elsewhere", "redirect"),
        severity=ir.IssueSeverity.ERROR,
        is_persistent=True,
        has_reason_texts=True,
    ),
    IssueDescription(
        "webhook_disabled",
        Check.WEBHOOK,
        ("disabled",),
        severity=ir.IssueSeverity.ERROR,
        is_persistent=True,
    ),
    IssueDescription(
        "webhook_incomplete",
        Check.SIGNALS,
        ("no_triggers", "no_data", "impossible"),
        is_persistent=True,
        has_reason_texts=True,
    ),
    IssueDescription("never_verified", Check.VERIFIED, ("never",), ends_on_delivery=True),
    IssueDescription("callback_changed", Check.VERIFIED, ("other_address",)),
    IssueDescription(
        "subscription_refused",
        Check.SUBSCRIBED,
        ("refused",),
        is_per_vehicle=True,
        is_persistent=True,
    ),
    IssueDescription("requests_used_up", Check.ALLOWANCE, ("exhausted",), is_per_vehicle=True),
    IssueDescription(
        "signatures_rejected",
        Check.SIGNATURES,
        ("wrong",),
        severity=ir.IssueSeverity.ERROR,
        is_persistent=True,
        ends_on_delivery=True,
    ),
    IssueDescription("nothing_arrived", Check.DELIVERY, ("nothing",), ends_on_delivery=True),
    IssueDescription("deliveries_stopped", Check.DELIVERY, ("silent",), ends_on_delivery=True),
    IssueDescription("storage_set_aside", Check.STORAGE, ("set_aside",), is_persistent=True),
)
_ENTRY_ISSUES = tuple(issue for issue in ISSUES if not issue.is_per_vehicle)
_VEHICLE_ISSUES = tuple(issue for issue in ISSUES if issue.is_per_vehicle)


def check_of(key: str) -> Check:
    """Return the check that raises and drops an issue."""
    return next(issue.check for issue in ISSUES if issue.key == key)


class Issues:
    """The repair issues of one entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Initialize with the issues of before the restart: ignored ones are dropped, too."""
        self._hass = hass
        self._entry = entry
        self._raised = {
            issue_id
            for domain, issue_id in ir.async_get(hass).issues
            if domain == DOMAIN and entry.entry_id in issue_id
        }

    @callback
    def async_update(self, results: Iterable[CheckResult]) -> None:
        """Raise an issue for each failure that has one; drop those of checks that succeeded.

        A vehicle's issues are dropped unless a result of it fails, or cannot tell.
        """
        by_vehicle: dict[str | None, list[CheckResult]] = {}
        for result in results:
            by_vehicle.setdefault(result.vehicle_id, []).append(result)
        known = {result.check for result in by_vehicle.get(None, ()) if result.is_conclusive}
        if Check.WEBHOOK in known:
            # A webhook that is missing or disabled has no signals.
            known.add(Check.SIGNALS)
        for issue in _ENTRY_ISSUES:
            self._update(issue, None, by_vehicle.get(None, ()), can_drop=issue.check in known)
        for vehicle_id, of_vehicle in by_vehicle.items():
            if vehicle_id is None:
                continue
            unknown = {result.check for result in of_vehicle if not result.is_conclusive}
            for issue in _VEHICLE_ISSUES:
                can_drop = issue.check not in unknown
                self._update(issue, vehicle_id, of_vehicle, can_drop=can_drop)

    def _update(
        self,
        issue: IssueDescription,
        vehicle_id: str | None,
        results: Iterable[CheckResult],
        *,
        can_drop: bool,
    ) -> None:
        result = next((result for result in results if issue.is_raised_by(result)), None)
        if result is not None:
            self._raise(issue, result)
        elif can_drop:
            self._drop(issue, vehicle_id)

    @callback
    def is_raised(self, key: str, vehicle_id: str | None = None) -> bool:
        """Tell whether an issue is raised and not ended."""
        known = self._known(key, vehicle_id)
        return known is not None and known.active

    @callback
    def was_raised(self, key: str) -> bool:
        """Tell whether an issue is raised, or was before the restart."""
        return self._known(key) is not None

    @callback
    def has_any_of(self, vehicle_id: str) -> bool:
        """Tell whether any issue of a vehicle is raised."""
        return any(
            self._issue_id(issue.key, vehicle_id) in self._raised for issue in _VEHICLE_ISSUES
        )

    @property
    def may_end_on_delivery(self) -> bool:
        """Tell whether an issue is raised that the next delivery may end."""
        return any(
            self._issue_id(issue.key) in self._raised
            for issue in _ENTRY_ISSUES
            if issue.ends_on_delivery
        )

    @callback
    def async_forget(self, vehicle_id: str) -> None:
        """Drop the issues of a deleted vehicle."""
        for issue in _VEHICLE_ISSUES:
            self._drop(issue, vehicle_id)

    @callback
    def async_raise_not_unsubscribed(self, vehicle: VehicleInfo) -> None:
        """Say that a deleted vehicle may still be subscribed."""
        async_raise_not_unsubscribed(
            self._hass,
            "vehicle_not_unsubscribed",
            f"{self._entry.entry_id}_{vehicle.id}",
            {"vehicle": plain_text(vehicle_name(vehicle))},
        )

    def _known(self, key: str, vehicle_id: str | None = None) -> ir.IssueEntry | None:
        """Return an issue that is raised, or was before the restart."""
        return ir.async_get(self._hass).async_get_issue(DOMAIN, self._issue_id(key, vehicle_id))

    def _issue_id(self, key: str, vehicle_id: str | None = None) -> str:
        return _issue_id(key, self._entry.entry_id, vehicle_id)

    def _raise(self, issue: IssueDescription, result: CheckResult) -> None:
        known = self._known(issue.key, result.vehicle_id)
        since = result.since
        if since is None:
            since = now_ms() if known is None else round(known.created.timestamp() * 1000)
        placeholders = {
            "since": time_text(self._hass, utc_from_ms(since)),
            **placeholder_texts(self._hass, result.placeholders),
        }
        issue_id = self._issue_id(issue.key, result.vehicle_id)
        self._raised.add(issue_id)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data={
                "entry_id": self._entry.entry_id,
                "issue": issue.key,
                "vehicle_id": result.vehicle_id,
                **placeholders,
            },
            is_fixable=True,
            is_persistent=issue.is_persistent,
            learn_more_url=issue.learn_more_url,
            severity=issue.severity,
            translation_key=issue.translation_key(result),
            translation_placeholders={"entry": plain_text(self._entry.title), **placeholders},
        )

    def _drop(self, issue: IssueDescription, vehicle_id: str | None) -> None:
        issue_id = self._issue_id(issue.key, vehicle_id)
        if issue_id in self._raised:
            self._raised.remove(issue_id)
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)


def _issue_id(key: str, entry_id: str, vehicle_id: str | None = None) -> str:
    """Return an issue's ID; two entries may know the same vehicle."""
    return f"{key}_{entry_id}" if vehicle_id is None else f"{key}_{entry_id}_{vehicle_id}"


@callback
def async_drop_all(hass: HomeAssistant, entry: ConfigEntry, vehicle_ids: Iterable[str]) -> None:
    """Drop every issue of an entry that is removed or disabled."""
    async_update_removable(hass, entry, None)
    for issue in _ENTRY_ISSUES:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(issue.key, entry.entry_id))
    for vehicle_id in vehicle_ids:
        for issue in _VEHICLE_ISSUES:
            ir.async_delete_issue(hass, DOMAIN, _issue_id(issue.key, entry.entry_id, vehicle_id))


@callback
def async_update_removable(
    hass: HomeAssistant, entry: ConfigEntry, other: ConfigEntry | None, since: int = 0
) -> None:
    """Say that another integration's entry, which was taken over, can be deleted; or drop that."""
    placeholders = {"since": time_text(hass, utc_from_ms(since))}
    issue_id = _issue_id("other_entry_removable", entry.entry_id)
    if other is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data={
            "entry_id": entry.entry_id,
            "issue": "other_entry_removable",
            "other_entry_id": other.entry_id,
            "other": plain_text(other.title),
            **placeholders,
        },
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="other_entry_removable",
        translation_placeholders={
            "entry": plain_text(entry.title),
            "other": plain_text(other.title),
            **placeholders,
        },
    )


@callback
def async_raise_not_unsubscribed(
    hass: HomeAssistant, key: str, id_: str, placeholders: dict[str, str]
) -> None:
    """Say that what was removed here may still be subscribed there; the owner confirms it."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{key}_{id_}",
        is_fixable=True,
        is_persistent=True,
        learn_more_url=DASHBOARD_URL,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"since": time_text(hass, utc_from_ms(now_ms())), **placeholders},
    )
