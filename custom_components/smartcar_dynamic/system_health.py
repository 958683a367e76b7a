"""What the system information page says."""

from homeassistant.components.system_health import (
    SystemHealthRegistration,
    async_check_can_reach_url,
)
from homeassistant.core import HomeAssistant, callback

from .api import hosts
from .const import DOMAIN
from .runtime import SmartcarConfigEntry
from .util import utc_from_ms
from .webhook.uri import async_get_callback_uri


@callback
def async_register(_hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what to say."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, object]:
    entries: list[SmartcarConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    url = entries[0].runtime_data.client.url if entries else hosts().vehicle
    kinds = set()
    for entry in entries:
        uri = await async_get_callback_uri(hass, entry.runtime_data.webhook.webhook_id)
        kinds.add(uri.obstacle or ("cloudhook" if uri.is_cloudhook else "external"))
    deliveries = [
        last_delivery
        for entry in entries
        if (last_delivery := entry.runtime_data.store.data.status.last_delivery) is not None
    ]
    return {
        "can_reach_server": async_check_can_reach_url(hass, url),
        "callback": ", ".join(sorted(kinds)),
        "vehicles": sum(len(entry.runtime_data.coordinator.vehicles) for entry in entries),
        "last_delivery": utc_from_ms(max(deliveries)) if deliveries else None,
    }
