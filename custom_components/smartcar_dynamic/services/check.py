"""The action that checks the connection."""

from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..checks.result import CheckStatus
from ..checks.text import async_result_text
from ..const import DOMAIN
from ..language import async_user_language
from .target import DEVICES, vehicle_of

SERVICE_CHECK: Final = "check"
_SCHEMA = vol.Schema(DEVICES)


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_CHECK,
        _async_check,
        schema=_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


async def _async_check(call: ServiceCall) -> ServiceResponse:
    """Check the connection of vehicles, once per entry; costs no billed call.

    Answers `{device ID: {"ok": bool, "results": [{check, status, reason, text}]}}`.
    """
    answer: dict[str, JsonValueType] = {}
    language = await async_user_language(call.hass, call.context.user_id)
    checked: dict[str, list[tuple[str | None, dict[str, JsonValueType]]]] = {}
    for device_id in call.data[ATTR_DEVICE_ID]:
        entry, vehicle_id = vehicle_of(call.hass, device_id)
        if entry.entry_id not in checked:
            results = await entry.runtime_data.monitor.async_check()
            checked[entry.entry_id] = [
                (
                    result.vehicle_id,
                    {
                        "check": result.check,
                        "status": result.status,
                        "reason": result.reason,
                        "text": await async_result_text(call.hass, result, language),
                    },
                )
                for result in results
            ]
        own = [text for of, text in checked[entry.entry_id] if of in {None, vehicle_id}]
        answer[device_id] = {
            "ok": all(text["status"] != CheckStatus.FAILED for text in own),
            "results": [*own],
        }
    return answer
