"""Names that others chose are plain text in every text of ours."""

import json
from typing import Any

import pytest

from custom_components.smartcar_dynamic.checks.text import async_result_list
from custom_components.smartcar_dynamic.util import plain_text
from simulator import Kind

from ..home import Home
from ..senders import signature

EVIL = "[x](javascript:alert(1)) <img src=x> {entry} `code` **bold**"


async def deliver(home: Home, content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    token = home.sim.application(Kind.CURRENT).management_token
    headers = {"SC-Signature": signature(body, token)}
    async with home.http.post(
        f"/api/webhook/{home.entries[0].data['webhook_id']}",
        data=body,
        headers=headers,
    ) as response:
        assert response.status == 204
    await home.settle()


async def test_a_vehicles_name_is_no_markdown(home: Home) -> None:
    entry, _ = await home.live()
    vehicle = {"id": "an-odd-vehicle", "make": "ACME", "model": EVIL}
    error = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}
    await deliver(
        home,
        {
            "eventId": "1",
            "eventType": "VEHICLE_ERROR",
            "data": {"vehicle": vehicle, "errors": [{**error, "state": "ERROR"}]},
            "meta": {"version": "4.0", "mode": "LIVE"},
        },
    )
    issue = await home.issue("reauthentication_required")
    text = await async_result_list(home.hass, await home.data(entry).monitor.async_check())
    for shown in (issue["translation_placeholders"]["vehicle"], text):
        assert "javascript" in shown
        assert "[x]" not in shown
        assert "<img" not in shown


@pytest.mark.parametrize("url", ["https://[", "https://connect.smartcar.com/?client_id=an-app"])
async def test_a_repair_opens_whatever_url_an_error_has(home: Home, url: str) -> None:
    await home.live()
    vehicle = {"id": "an-odd-vehicle"}
    error = {
        "type": "CONNECTED_SERVICES_ACCOUNT",
        "code": "AUTHENTICATION_FAILED",
        "state": "ERROR",
        "resolution": {"type": "REAUTHENTICATE", "url": url},
    }
    await deliver(
        home,
        {
            "eventId": "1",
            "eventType": "VEHICLE_ERROR",
            "data": {"vehicle": vehicle, "errors": [error]},
            "meta": {"version": "4.0", "mode": "LIVE"},
        },
    )
    home.data(home.entries[0]).store.data.application_id = None
    home.sim.fail_api(404, path="/applications", times=-1)
    step = await home.open_fix("reauthentication_required")
    assert step["description_placeholders"]["url"].startswith("http")


def test_a_plain_name_stays_as_it_is() -> None:
    assert plain_text("Hyundai IONIQ 5 · 0001") == "Hyundai IONIQ 5 · 0001"
