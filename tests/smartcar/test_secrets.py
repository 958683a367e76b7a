"""No `repr` tells whose vehicle it is, where it is, or how to reach it."""

import pytest

from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import (
    Content,
    Delivery,
    Kind,
    Position,
    Reading,
    Remedy,
    Report,
    Signal,
    VehicleInfo,
)
from custom_components.smartcar_dynamic.smartcar.payload import Cached, Decoding, VehicleCache
from custom_components.smartcar_dynamic.smartcar.problems import parse_problem

from .payloads import NOW, decode, dynamic, endpoint, error, signal, state

VEHICLE_ID = "b5d1b2ae-1111-4222-8333-944445555666"
USER_ID = "0aa1bb22-cc33-4d44-8e55-ff6677889900"
SMARTCAR_WEBHOOK_ID = "77777777-aaaa-4bbb-8ccc-dddddddddddd"
VIN = "WVWZZZE1ZMP000001"
URL = "https://connect.smartcar.com/oauth/reauthenticate?vehicle_id=x"
LATITUDE, LONGITUDE = 52.238523, 13.465557
SECRETS = (
    VEHICLE_ID,
    USER_ID,
    SMARTCAR_WEBHOOK_ID,
    VIN,
    "connect.smartcar.com",
    str(LATITUDE),
    str(LONGITUDE),
)
VEHICLE = VehicleInfo(VEHICLE_ID, "JAGUAR", "I-PACE", 2021, VIN, "BEV", USER_ID, frozenset({"x"}))
PROBLEM = parse_problem(
    {
        "type": "CONNECTED_SERVICES_ACCOUNT",
        "code": "AUTHENTICATION_FAILED",
        "description": f"Vehicle {VEHICLE_ID} of {USER_ID}",
        "resolution": {"type": "REAUTHENTICATE", "url": URL},
    }
)
POSITION = Position(LATITUDE, LONGITUDE)
READINGS = (
    Reading("location-preciselocation", POSITION),
    Reading("vehicleidentification-vin", VIN),
)
SIGNAL = Signal(Content("location-preciselocation", READINGS, PROBLEM), NOW)
REPORT = Report(VEHICLE, f"request/{VEHICLE_ID}", NOW, (SIGNAL,), (PROBLEM,))
DELIVERY = Delivery(Kind.STATE, smartcar_webhook_id=SMARTCAR_WEBHOOK_ID, reports=(REPORT,))


def _state() -> Delivery:
    payload = state(
        signal(
            "location-preciselocation",
            {"latitude": LATITUDE, "longitude": LONGITUDE, "heading": VIN},
        ),
        signal("vehicleidentification-vin", {"value": VIN}),
        signal("wheel-style", {"value": [VIN]}),
        signal("foo-bar", {"value": {VIN: 1}}, group="Foo", name="Bar"),
        VIN,
        meta={"webhookId": SMARTCAR_WEBHOOK_ID},
    )
    payload["data"]["vehicle"] = {"id": VEHICLE_ID, "vin": VIN}
    payload["data"]["user"]["id"] = USER_ID
    return decode(payload)


def _dynamic() -> Delivery:
    return decode(
        dynamic(
            endpoint("/location", {"latitude": LATITUDE, "longitude": LONGITUDE}),
            endpoint("/vin", {"vin": VIN}),
            endpoint(f"/vehicles/{VEHICLE_ID}", VIN),
            endpoint("/odometer", f"<p>{VIN}</p>", code=404),
            vehicleId=VEHICLE_ID,
            requestId="request",
            error={"type": f"<p>{VIN}</p>", "code": URL, "description": URL},
        )
    )


def _error() -> Delivery:
    payload = error(
        {
            "type": "CONNECTED_SERVICES_ACCOUNT",
            "code": "AUTHENTICATION_FAILED",
            "description": URL,
            "resolution": {"type": "REAUTHENTICATE", "url": URL},
        },
        vehicleId=VEHICLE_ID,
    )
    del payload["data"]["vehicle"]
    return decode(payload)


def _decoding() -> Decoding:
    cache = VehicleCache()
    cache.signals.known["vehicleidentification-vin"] = Cached(
        {"value": VIN}, None, Content("vehicleidentification-vin", READINGS)
    )
    return Decoding(NOW, lambda *_: False, {VEHICLE_ID: cache})


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(VEHICLE, id="Vehicle"),
        pytest.param(PROBLEM, id="Problem"),
        pytest.param(POSITION, id="Position"),
        pytest.param(READINGS, id="Reading"),
        pytest.param(SIGNAL, id="Signal"),
        pytest.param(REPORT, id="Report"),
        pytest.param(DELIVERY, id="Delivery"),
        pytest.param(_state(), id="a decoded state"),
        pytest.param(_dynamic(), id="a decoded dynamic payload"),
        pytest.param(_error(), id="a decoded error"),
        pytest.param(_decoding(), id="Decoding"),
        pytest.param(_decoding().caches[VEHICLE_ID].signals.known.values(), id="Cached"),
        pytest.param(Decoder(), id="Decoder"),
    ],
)
def test_no_repr_tells_a_secret(value: object) -> None:
    assert not [secret for secret in SECRETS if secret in repr(value)]


def test_the_secrets_are_there_all_the_same() -> None:
    assert (VEHICLE.id, VEHICLE.vin, VEHICLE.user_id) == (VEHICLE_ID, VIN, USER_ID)
    assert PROBLEM.reauthenticate_url == URL
    assert PROBLEM.remedy is Remedy.REAUTHENTICATE


def test_vehicles_are_told_apart_by_the_end_of_their_ids() -> None:
    assert VEHICLE.short_id == "5666"


def test_a_vehicle_learns_what_is_told_and_keeps_the_rest() -> None:
    facts = VehicleInfo("other", make="TESLA", permissions=frozenset())
    assert VEHICLE.merged_with(facts) == VehicleInfo(
        VEHICLE_ID, "TESLA", "I-PACE", 2021, VIN, "BEV", USER_ID, frozenset()
    )


def test_a_vehicle_of_which_nothing_is_told_stays_the_same() -> None:
    assert VEHICLE.merged_with(VehicleInfo("other")) == VEHICLE
