"""Smartcar's errors and who ends them."""

from typing import Any

import pytest

from custom_components.smartcar_dynamic.smartcar.model import Problem, Remedy
from custom_components.smartcar_dynamic.smartcar.problems import (
    concerns_vehicle,
    ends_value,
    parse_problem,
    remedy_of,
)

from .payloads import load, shared

REAUTHENTICATE_URL = "https://connect.smartcar.com/oauth/reauthenticate?vehicle_id=x"
TABLE = [
    ("CONNECTED_SERVICES_ACCOUNT", "AUTHENTICATION_FAILED", 400, Remedy.REAUTHENTICATE),
    ("CONNECTED_SERVICES_ACCOUNT", "PERMISSION", 400, Remedy.REAUTHENTICATE),
    ("CONNECTED_SERVICES_ACCOUNT", "NO_VEHICLES", 400, Remedy.OWNER),
    ("CONNECTED_SERVICES_ACCOUNT", "VEHICLE_MISSING", 400, Remedy.OWNER),
    ("CONNECTED_SERVICES_ACCOUNT", "ACCOUNT_ISSUE", 400, Remedy.OWNER),
    ("CONNECTED_SERVICES_ACCOUNT", "SUBSCRIPTION", 400, Remedy.OWNER),
    ("CONNECTED_SERVICES_ACCOUNT", "VIRTUAL_KEY_REQUIRED", 400, Remedy.OWNER),
    ("PERMISSION", None, 403, Remedy.PERMISSION),
    ("PERMISSION", "UNKNOWN", 403, Remedy.PERMISSION),
    ("AUTHENTICATION", None, 401, Remedy.CREDENTIALS),
    ("AUTHENTICATION", "UNAUTHORIZED", 401, Remedy.CREDENTIALS),
    ("AUTHENTICATION", "ACCESS_DENIED", 403, Remedy.CREDENTIALS),
    ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE", 501, Remedy.NOT_CAPABLE),
    ("COMPATIBILITY", "SMARTCAR_NOT_CAPABLE", 501, Remedy.NOT_CAPABLE),
    ("COMPATIBILITY", "MAKE_NOT_COMPATIBLE", 501, Remedy.NOT_CAPABLE),
    ("COMPATIBILITY", "PLATFORM_NOT_CAPABLE", 501, Remedy.REAUTHENTICATE),
    ("VEHICLE_STATE", "ASLEEP", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "UNREACHABLE", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "REMOTE_ACCESS_DISABLED", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "UNKNOWN", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "CHARGING_IN_PROGRESS", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "CHARGING_PLUG_NOT_CONNECTED", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "DOOR_OPEN", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "FULLY_CHARGED", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "NOT_CHARGING", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "CHARGE_FAULT", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "HOOD_OPEN", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "IGNITION_ON", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "IN_MOTION", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "TRUNK_OPEN", 409, Remedy.WAIT),
    ("VEHICLE_STATE", "VEHICLE_OFFLINE_FOR_SERVICE", 409, Remedy.WAIT),
    ("RATE_LIMIT", "SMARTCAR_API", 429, Remedy.WAIT),
    ("RATE_LIMIT", "VEHICLE", 429, Remedy.WAIT),
    ("BILLING", "VEHICLE_LIMIT", 430, Remedy.PLAN),
    ("BILLING", "INVALID_PLAN", 430, Remedy.PLAN),
    ("BILLING", "VEHICLE_REQUEST_LIMIT", 430, Remedy.PLAN),
    ("BILLING", "ACCOUNT_SUSPENDED", 430, Remedy.PLAN),
    ("UPSTREAM", "INVALID_DATA", 502, Remedy.WAIT),
    ("UPSTREAM", "KNOWN_ISSUE", 502, Remedy.WAIT),
    ("UPSTREAM", "NO_RESPONSE", 502, Remedy.WAIT),
    ("UPSTREAM", "RATE_LIMIT", 502, Remedy.WAIT),
    ("UPSTREAM", "UNKNOWN_ISSUE", 502, Remedy.WAIT),
    ("SERVER", "INTERNAL", 500, Remedy.WAIT),
    ("SERVER", "RECORD_NOT_FOUND", 500, Remedy.NOT_CAPABLE),
    ("SERVER", "MULTIPLE_RECORDS_FOUND", 500, Remedy.NOT_CAPABLE),
    ("VALIDATION", None, 400, Remedy.OURS),
    ("VALIDATION", "PARAMETER", 400, Remedy.OURS),
    ("VALIDATION", "INVALID_INPUT_FORMAT", 400, Remedy.OURS),
    ("VALIDATION", "MISSING_PARAMETER", 400, Remedy.OURS),
    ("RESOURCE_NOT_FOUND", "PATH", 404, Remedy.OURS),
    ("RESOURCE_NOT_FOUND", "VERSION", 404, Remedy.OURS),
    ("RESOURCE_NOT_FOUND", "SIGNAL_NOT_FOUND", 404, Remedy.WAIT),
]
RESOLUTIONS = [
    pytest.param({"resolution": {"type": "REAUTHENTICATE"}}, id="an object"),
    pytest.param({"resolution": {"type": None}}, id="an object with null"),
    pytest.param({"resolution": "REAUTHENTICATE"}, id="a string"),
    pytest.param({"resolution": None}, id="null"),
    pytest.param({"resolution": []}, id="a list"),
    pytest.param({}, id="missing"),
]


@pytest.mark.parametrize(
    ("type_", "code", "status", "remedy"), TABLE, ids=[f"{row[0]}:{row[1]}" for row in TABLE]
)
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_each_error_of_the_table_has_its_remedy(
    type_: str, code: str | None, status: int, remedy: Remedy, resolution: dict[str, Any]
) -> None:
    raw = {"type": type_, "code": code, "statusCode": status, **resolution}
    problem = parse_problem(raw, status=status)
    assert (problem.type, problem.code, problem.remedy) == (type_, code, remedy)


@pytest.mark.parametrize("type_", ["CONNECTED_SERVICES_ACCOUNT", "CONNECT_SERVICES_ACCOUNT"])
@pytest.mark.parametrize(
    ("code", "remedy"),
    [("AUTHENTICATION_FAILED", Remedy.REAUTHENTICATE), ("SUBSCRIPTION", Remedy.OWNER)],
)
def test_both_spellings_of_the_account_type_are_the_same(
    type_: str, code: str, remedy: Remedy
) -> None:
    problem = parse_problem({"type": type_, "code": code})
    assert (problem.name, problem.remedy) == (f"CONNECTED_SERVICES_ACCOUNT:{code}", remedy)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param({"type": "CONNECT_SERVICES_ACCOUNT:AUTHENTICATION_FAILED"}, id="as type"),
        pytest.param("CONNECT_SERVICES_ACCOUNT:AUTHENTICATION_FAILED", id="as text"),
    ],
)
def test_type_and_code_in_one_word_are_told_apart(raw: object) -> None:
    problem = parse_problem(raw)
    assert problem.name == "CONNECTED_SERVICES_ACCOUNT:AUTHENTICATION_FAILED"
    assert problem.remedy is Remedy.REAUTHENTICATE


def test_a_type_without_a_code_is_its_own_name() -> None:
    assert parse_problem({"type": "PERMISSION", "code": None}).name == "PERMISSION"


@pytest.mark.parametrize(
    ("raw", "status", "type_", "remedy"),
    [
        pytest.param(
            {"error": "vehicle_state_error", "message": "…", "code": "VS_000"},
            409,
            "VEHICLE_STATE",
            Remedy.WAIT,
            id="v1",
        ),
        pytest.param(
            {"error": "permission_error", "message": "…"},
            None,
            "PERMISSION",
            Remedy.PERMISSION,
            id="v1 without a code",
        ),
        pytest.param(
            {"error": "invalid_client", "error_description": "…"},
            401,
            "AUTHENTICATION",
            Remedy.CREDENTIALS,
            id="OAuth",
        ),
        pytest.param(
            {"errors": [{"status": "401", "code": "unauthorized", "title": "…", "detail": "…"}]},
            None,
            "AUTHENTICATION",
            Remedy.CREDENTIALS,
            id="a list of errors",
        ),
        pytest.param(
            {"errors": [{"error": {"type": "BILLING", "code": "VEHICLE_LIMIT"}}]},
            None,
            "BILLING",
            Remedy.PLAN,
            id="an error in an error",
        ),
        pytest.param({"errors": []}, 502, "UPSTREAM", Remedy.WAIT, id="an empty list of errors"),
        pytest.param(
            {"type": "upstream", "code": "rate_limit"},
            None,
            "UPSTREAM",
            Remedy.WAIT,
            id="lower case",
        ),
        pytest.param({"type": "MOOD", "code": "BAD"}, None, "MOOD", Remedy.WAIT, id="unknown"),
        pytest.param(
            {"type": "MOOD", "status": 403}, None, "PERMISSION", Remedy.PERMISSION, id="status"
        ),
        pytest.param({"type": 5, "statusCode": 430}, None, "BILLING", Remedy.PLAN, id="statusCode"),
        pytest.param({"status": "9" * 5000}, None, "UNKNOWN", Remedy.WAIT, id="an endless status"),
        pytest.param({}, None, "UNKNOWN", Remedy.WAIT, id="empty"),
        pytest.param(None, None, "UNKNOWN", Remedy.WAIT, id="null"),
        pytest.param([], None, "UNKNOWN", Remedy.WAIT, id="a list"),
        pytest.param("<html>Bad Gateway</html>", None, "UNKNOWN", Remedy.WAIT, id="a page of HTML"),
    ],
)
def test_every_shape_of_an_error_is_read(
    raw: object, status: int | None, type_: str, remedy: Remedy
) -> None:
    problem = parse_problem(raw, status=status)
    assert (problem.type, problem.remedy) == (type_, remedy)


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        (400, "VALIDATION"),
        (401, "AUTHENTICATION"),
        (403, "PERMISSION"),
        (404, "RESOURCE_NOT_FOUND"),
        (409, "VEHICLE_STATE"),
        (429, "RATE_LIMIT"),
        (430, "BILLING"),
        (500, "SERVER"),
        (501, "COMPATIBILITY"),
        (502, "UPSTREAM"),
        (503, "SERVER"),
        (504, "UPSTREAM"),
        (418, "UNKNOWN"),
    ],
)
def test_an_empty_body_leaves_the_problem_to_the_status(status: int, type_: str) -> None:
    assert parse_problem(None, status=status).type == type_


def test_the_type_tells_more_than_the_http_status() -> None:
    assert parse_problem({"type": "BILLING"}, status=403).remedy is Remedy.PLAN


def test_the_http_status_comes_before_the_bodys() -> None:
    assert parse_problem({"status": 500}, status=404).type == "RESOURCE_NOT_FOUND"


def test_errors_in_errors_without_end_are_read() -> None:
    raw: object = {"type": "BILLING"}
    for _ in range(5000):
        raw = {"errors": [raw]}
    assert parse_problem(raw).type == "BILLING"


@pytest.mark.parametrize(
    ("state", "resolved"), [("RESOLVED", True), ("resolved", True), ("ERROR", False), (None, False)]
)
def test_a_problem_is_over_when_smartcar_says_so(state: object, resolved: bool) -> None:  # noqa: FBT001 - a parameter
    assert parse_problem({"type": "VEHICLE_STATE", "state": state}).resolved is resolved


@pytest.mark.parametrize(
    ("raw", "description"),
    [
        ({"description": "Deprecated. Use detail", "detail": "Detail."}, "Detail."),
        ({"description": "Text.", "detail": [{"field": ["x"]}]}, "Text."),
        ({"error": "invalid_client", "error_description": "OAuth."}, "OAuth."),
        ({"error": "permission_error", "message": "Old."}, "Old."),
        ({"description": ""}, ""),
        ({}, ""),
    ],
)
def test_the_description_is_the_first_text(raw: dict[str, Any], description: str) -> None:
    assert parse_problem(raw).description == description


def _url_of(type_: str, code: str | None, resolution: object) -> str | None:
    raw = {"type": type_, "code": code, "resolution": resolution}
    return parse_problem(raw).reauthenticate_url


def test_the_way_to_reauthenticate_is_kept() -> None:
    resolution = {"type": "REAUTHENTICATE", "url": REAUTHENTICATE_URL}
    assert (
        _url_of("CONNECTED_SERVICES_ACCOUNT", "AUTHENTICATION_FAILED", resolution)
        == REAUTHENTICATE_URL
    )


@pytest.mark.parametrize("url", [None, 5, "javascript:alert(1)", "http://example.com"])
def test_what_is_no_https_url_leads_nowhere(url: object) -> None:
    assert _url_of("CONNECTED_SERVICES_ACCOUNT", "PERMISSION", {"url": url}) is None


@pytest.mark.parametrize(
    ("type_", "code"),
    [("CONNECTED_SERVICES_ACCOUNT", "VIRTUAL_KEY_REQUIRED"), ("PERMISSION", None)],
)
def test_only_a_reauthentication_has_a_url(type_: str, code: str | None) -> None:
    assert _url_of(type_, code, {"type": "ACTION_REQUIRED", "url": "https://example.com"}) is None


def test_a_problem_knows_its_signals() -> None:
    assert parse_problem({}, signals=("closure-doors",)).signals == ("closure-doors",)


@pytest.mark.parametrize(
    ("type_", "code", "signals", "concerns"),
    [
        ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE", ("closure-doors",), False),
        ("PERMISSION", None, ("closure-doors",), False),
        ("VEHICLE_STATE", "ASLEEP", (), True),
        ("CONNECTED_SERVICES_ACCOUNT", "SUBSCRIPTION", ("closure-doors",), True),
        ("COMPATIBILITY", "PLATFORM_NOT_CAPABLE", ("closure-doors",), True),
        ("BILLING", "INVALID_PLAN", ("closure-doors",), True),
    ],
)
def test_the_accounts_problems_concern_the_vehicle(
    type_: str,
    code: str | None,
    signals: tuple[str, ...],
    concerns: bool,  # noqa: FBT001 - a parameter
) -> None:
    problem = parse_problem({"type": type_, "code": code}, signals=signals)
    assert concerns_vehicle(problem) is concerns


@pytest.mark.parametrize(
    ("type_", "code", "ends"),
    [
        ("VEHICLE_STATE", "NOT_CHARGING", True),
        ("VEHICLE_STATE", "ASLEEP", False),
        ("UPSTREAM", "NOT_CHARGING", False),
    ],
)
def test_only_a_rate_without_charging_ends_a_value(
    type_: str,
    code: str,
    ends: bool,  # noqa: FBT001 - a parameter
) -> None:
    assert ends_value(Problem(type_, code, remedy_of(type_, code))) is ends


@pytest.mark.parametrize("path", shared("v2_errors/docs_*.json"), ids=lambda path: path.stem)
def test_the_documentations_errors_are_those_of_the_table(path: Any) -> None:  # noqa: ANN401
    raw = load(path)
    known = {(type_, code): remedy for type_, code, _, remedy in TABLE}
    problem = parse_problem(raw)
    assert problem.remedy is known[raw["type"], raw["code"]]
    assert problem.description == raw["description"]


@pytest.mark.parametrize("path", shared("v2_errors/javasdk_*.json"), ids=lambda path: path.stem)
def test_the_sdks_errors_are_known(path: Any) -> None:  # noqa: ANN401
    assert parse_problem(load(path)).type in {type_ for type_, *_ in TABLE}
