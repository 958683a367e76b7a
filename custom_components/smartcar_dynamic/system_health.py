"""What the system information page says."""

from homeassistant.components.system_health import (
    SystemHealthRegistration,
    async_check_can_reach_url,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .address import async_callback_address
from .api import hosts
from .const import API_V2, CONF_API, DOMAIN
from .data import SmartcarConfigEntry


@callback
def async_register(_hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what to say."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, object]:
    entries: list[SmartcarConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    where = hosts()
    generations = {entry.data[CONF_API] for entry in entries}
    url = where.api if generations == {API_V2} else where.vehicle
    kinds = set()
    for entry in entries:
        address = await async_callback_address(hass, entry.runtime_data.callback.webhook_id)
        kinds.add(address.obstacle or ("cloudhook" if address.is_cloudhook else "external"))
    coordinators = [entry.runtime_data.coordinator for entry in entries]
    deliveries = [
        coordinator.health.last_delivery
        for coordinator in coordinators
        if coordinator.health.last_delivery is not None
    ]
    return {
        "can_reach_server": async_check_can_reach_url(hass, url),
        "callback": ", ".join(sorted(kinds)),
        "vehicles": sum(len(coordinator.vehicles) for coordinator in coordinators),
        "last_delivery": dt_util.utc_from_timestamp(max(deliveries) / 1000) if deliveries else None,
    }
