"""Config entries as the flow creates them."""

from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from .smartcar.payloads import SMARTCAR_WEBHOOK_ID

DOMAIN = "smartcar_dynamic"
WEBHOOK_ID = "a-webhook-of-home-assistant"
MANAGEMENT_TOKEN = "5c0f4b1e-6d53-4f0a-9f4c-0c2e5b7d9a11"

_COMMON: dict[str, object] = {
    "webhook_id": WEBHOOK_ID,
    "smartcar_webhook_id": SMARTCAR_WEBHOOK_ID,
    "management_token": MANAGEMENT_TOKEN,
}
_OWN: dict[str, dict[str, object]] = {
    "v2": {"token": {"access_token": "an-access-token", "expires_at": 4_000_000_000.0}},
    "v3": {"client_id": "client_an-id", "client_secret": "a-client-secret"},
}


def new_entry(
    api: str,
    *,
    title: str = "Our cars",
    unique_id: str | None = None,
    options: dict[str, Any] | None = None,
    **data: object,
) -> MockConfigEntry:
    """Return an entry with just what it needs.

    `data` takes the place of made-up values; `None` leaves a value out.
    """
    values = {"api": api, **_COMMON, **_OWN[api], **data}
    return MockConfigEntry(
        domain=DOMAIN,
        title=title,
        version=1,
        unique_id=unique_id,
        options=options or {},
        data={name: value for name, value in values.items() if value is not None},
    )
