"""How Smartcar is asked, and how it fails: the same for both APIs."""

from collections.abc import AsyncGenerator
import traceback

from aiohttp import ClientSession, ClientTimeout
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.smartcar_dynamic.smartcar import client as client_module
from custom_components.smartcar_dynamic.smartcar.client import (
    Hosts,
    SmartcarApiError,
    SmartcarConnectionError,
    SmartcarCredentialsError,
    SmartcarError,
)
from custom_components.smartcar_dynamic.smartcar.client_v3 import ClientV3
from custom_components.smartcar_dynamic.smartcar.model import Remedy, VehicleInfo

from .api_server import NEVER, Answer, ApiServer, api_server, loopback_session

TOKEN = "POST /iam/oauth2/token"
CAR = VehicleInfo(
    "36ab27d0-fd9d-4455-823a-ce30af709ffc", user_id="218eda3b-0656-49a8-8f3d-360cdad07334"
)
SIGNALS = f"GET /vehicle/v3/vehicles/{CAR.id}/signals"
SECRETS = (
    "very-secret",
    "issued-token",
    "client_7",
    CAR.id,
    CAR.user_id or "",
    "/v3/",
    "127.0.0.1",
)

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def smartcar() -> AsyncGenerator[ApiServer]:
    async with api_server() as server:
        server.on(TOKEN, {"access_token": "issued-token", "expires_in": 3600})
        yield server


@pytest.fixture
async def session() -> AsyncGenerator[ClientSession]:
    async with loopback_session() as opened:
        yield opened


@pytest.fixture
def client(session: ClientSession, smartcar: ApiServer) -> ClientV3:
    return ClientV3(session, smartcar.hosts, client_id="client_7", client_secret="very-secret")


async def read(client: ClientV3, vehicle: VehicleInfo) -> None:
    await client.read_signals(vehicle, at=0, on_call=lambda: None)


async def refusal(client: ClientV3) -> SmartcarApiError:
    with pytest.raises(SmartcarApiError) as caught:
        await read(client, CAR)
    return caught.value


def test_the_hosts_are_smartcars_unless_told_otherwise() -> None:
    assert Hosts().vehicle == "https://vehicle.api.smartcar.com"
    assert Hosts.below("http://127.0.0.1:1").iam == "http://127.0.0.1:1/iam"


async def test_a_request_says_who_asks_and_what_it_reads(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(SIGNALS, {"data": []})
    await read(client, CAR)
    assert smartcar.asked[-1].headers["User-Agent"] == "smartcar_dynamic"
    assert smartcar.asked[-1].headers["Accept"] == "application/json"


async def test_the_user_agent_can_be_handed_in(session: ClientSession, smartcar: ApiServer) -> None:
    client = ClientV3(
        session,
        smartcar.hosts,
        client_id="client_7",
        client_secret="very-secret",
        user_agent="smartcar_dynamic/0.1.0",
    )
    smartcar.on(SIGNALS, {"data": []})
    await read(client, CAR)
    assert smartcar.asked[-1].headers["User-Agent"] == "smartcar_dynamic/0.1.0"


async def test_an_id_with_a_slash_stays_one_part_of_the_path(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on("GET /vehicle/v3/vehicles/a/../b?c/signals", {"data": []})
    await read(client, VehicleInfo("a/../b?c"))
    assert smartcar.asked[-1].query == {}


async def test_a_line_break_in_an_id_ends_no_header(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on("GET /vehicle/v3/vehicles/x/signals", {"data": []})
    await read(client, VehicleInfo("x", user_id="one\r\nX-Evil: two"))
    assert smartcar.asked[-1].headers["sc-user-id"] == "oneX-Evil: two"


@pytest.mark.parametrize(
    ("status", "body", "name", "remedy"),
    [
        (
            429,
            {"type": "RATE_LIMIT", "code": "VEHICLE", "statusCode": 429, "resolution": None},
            "RATE_LIMIT:VEHICLE",
            Remedy.WAIT,
        ),
        (
            430,
            {"type": "BILLING", "code": "VEHICLE_REQUEST_LIMIT", "resolution": "CONTACT_SUPPORT"},
            "BILLING:VEHICLE_REQUEST_LIMIT",
            Remedy.PLAN,
        ),
        (
            400,
            {"type": "VALIDATION", "code": "MISSING_PARAMETER", "title": "?", "status": 400},
            "VALIDATION:MISSING_PARAMETER",
            Remedy.OURS,
        ),
        (
            403,
            {"errors": [{"status": "403", "title": "Forbidden", "detail": "no"}]},
            "PERMISSION",
            Remedy.PERMISSION,
        ),
        (403, {"type": "AUTHENTICATION", "code": "ACCESS_DENIED"}, "AUTHENTICATION", None),
        (400, {"error": "invalid_request", "error_description": "?"}, "VALIDATION", Remedy.OURS),
        (409, {"error": "vehicle_state_error", "code": "VS_000"}, "VEHICLE_STATE:VS_000", None),
        (502, b"<html><h1>Bad Gateway</h1></html>", "UPSTREAM", Remedy.WAIT),
        (503, b"", "SERVER", Remedy.WAIT),
        (500, b'{"error":' * 900 + b"{}" + b"}" * 900, "SERVER", Remedy.WAIT),
        (500, b"\xff\xfe\x00", "SERVER", Remedy.WAIT),
        (500, b"[" * 100_000, "SERVER", Remedy.WAIT),
        (500, ["not", "an", "object"], "SERVER", Remedy.WAIT),
        (404, "gone", "RESOURCE_NOT_FOUND", Remedy.OURS),
    ],
)
async def test_an_error_of_any_shape_becomes_a_problem(
    client: ClientV3,
    smartcar: ApiServer,
    status: int,
    body: object,
    name: str,
    remedy: Remedy | None,
) -> None:
    smartcar.on(SIGNALS, Answer(body, status))
    error = await refusal(client)
    assert type(error) is SmartcarApiError
    assert error.status == status
    assert error.problem.name.startswith(name)
    assert remedy in {None, error.problem.remedy}
    assert str(error).startswith(f"Smartcar refused to read a vehicle's signals: {name}")


@pytest.mark.parametrize("body", [{}, {"type": f"vehicle {CAR.id}"}, {"type": CAR.id}])
async def test_an_unknown_error_is_told_by_its_status(
    client: ClientV3, smartcar: ApiServer, body: object
) -> None:
    smartcar.on(SIGNALS, Answer(body, 418))
    assert str(await refusal(client)) == "Smartcar refused to read a vehicle's signals: HTTP 418"


@pytest.mark.parametrize("code", [CAR.id, "WVWZZZE1ZMP053123", "A" * 200])
async def test_a_code_that_could_be_an_id_is_not_repeated(
    client: ClientV3, smartcar: ApiServer, code: str
) -> None:
    smartcar.on(SIGNALS, Answer({"type": "PERMISSION", "code": code}, 403))
    assert str(await refusal(client)) == "Smartcar refused to read a vehicle's signals: PERMISSION"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("Mon, 23 Nov 2026 17:05:00 GMT", 300.0),
        ("Mon, 23 Nov 2026 16:00:00 GMT", 0.0),
        ("-5", None),
        ("nan", None),
        ("soon", None),
        ("99999999999", 86400.0),
    ],
)
async def test_retry_after_is_read_as_seconds_or_as_a_date(
    client: ClientV3,
    smartcar: ApiServer,
    freezer: FrozenDateTimeFactory,
    header: str,
    seconds: float | None,
) -> None:
    freezer.move_to("2026-11-23T17:00:00Z")
    smartcar.on(SIGNALS, Answer({"type": "RATE_LIMIT"}, 429, {"Retry-After": header}))
    assert (await refusal(client)).retry_after == seconds


async def test_without_retry_after_there_is_no_time_to_wait(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(SIGNALS, Answer({"type": "RATE_LIMIT"}, 429))
    assert (await refusal(client)).retry_after is None


@pytest.mark.parametrize(
    "body",
    [
        {"type": "AUTHENTICATION", "code": None, "statusCode": 401, "resolution": {"type": None}},
        {"errors": [{"status": "401", "code": "unauthorized", "title": "Unauthorized"}]},
        {"error": "authentication_error", "message": "?"},
        b"Jwt is expired",
        b"",
    ],
)
async def test_a_401_is_a_no_to_our_credentials(
    client: ClientV3, smartcar: ApiServer, body: object
) -> None:
    smartcar.on(SIGNALS, Answer(body, 401))
    error = await refusal(client)
    assert type(error) is SmartcarCredentialsError
    assert error.problem.remedy is Remedy.CREDENTIALS


async def test_a_401_about_something_else_is_no_credentials_error(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(SIGNALS, Answer({"type": "PERMISSION", "code": None}, 401))
    assert type(await refusal(client)) is SmartcarApiError


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>log in to the hotel's network</html>"),
        Answer(b"\n<html>log in to the hotel's network</html>", 401),
        Answer(b""),
        Answer(b"null"),
        Answer(["a", "list"]),
        Answer(b"", 302, {"Location": "https://example.com/"}),
        Answer(b" " * 3_000_000),
    ],
)
async def test_an_answer_that_is_not_the_apis_is_no_answer(
    client: ClientV3, smartcar: ApiServer, answer: Answer
) -> None:
    smartcar.on(SIGNALS, answer)
    with pytest.raises(SmartcarConnectionError, match="read a vehicle's signals and answered"):
        await read(client, CAR)


async def test_a_redirect_is_not_followed(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(SIGNALS, Answer(status=307, headers={"Location": "/elsewhere"}))
    with pytest.raises(SmartcarConnectionError):
        await read(client, CAR)
    assert smartcar.lines() == [TOKEN, SIGNALS]


async def test_silence_ends_in_time(
    client: ClientV3, smartcar: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    smartcar.on(SIGNALS, NEVER)
    await client._access_token()
    monkeypatch.setattr(client_module, "_TIMEOUT", ClientTimeout(total=0.01))
    with pytest.raises(SmartcarConnectionError, match="no answer in time"):
        await read(client, CAR)


async def test_nobody_there_is_a_connection_error(session: ClientSession) -> None:
    hosts = Hosts.below("http://127.0.0.1:1")
    client = ClientV3(session, hosts, client_id="client_7", client_secret="very-secret")
    with pytest.raises(SmartcarConnectionError, match="ClientConnectorError"):
        await read(client, CAR)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(NEVER),
        Answer(b"no JSON"),
        Answer(b"", 302, {"Location": f"https://example.com/{CAR.id}"}),
        Answer({"type": "PERMISSION", "code": CAR.id, "detail": f"very-secret {CAR.id}"}, 403),
        Answer({"type": "AUTHENTICATION", "description": f"issued-token {CAR.user_id}"}, 401),
        Answer({"type": CAR.id}, 418),
    ],
)
async def test_no_error_tells_a_secret_or_an_id(
    client: ClientV3, smartcar: ApiServer, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    smartcar.on(SIGNALS, answer)
    await client._access_token()
    monkeypatch.setattr(client_module, "_TIMEOUT", ClientTimeout(total=0.05))
    with pytest.raises(SmartcarError) as caught:
        await read(client, CAR)
    error: BaseException | None = caught.value
    while error is not None:
        told = repr(error) + "".join(traceback.format_exception_only(error))
        assert not [secret for secret in SECRETS if secret in told]
        error = error.__cause__ or error.__context__


async def test_whatever_a_session_raises_is_no_usable_answer(
    client: ClientV3, session: ClientSession
) -> None:
    await session.close()
    with pytest.raises(SmartcarConnectionError, match="RuntimeError"):
        await client.check_credentials()
