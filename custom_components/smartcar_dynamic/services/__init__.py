"""The actions: addressed by device, answered with data."""

from homeassistant.core import HomeAssistant, callback

from . import check, command, dashboard, history, read


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for actions in (check, command, dashboard, history, read):
        actions.async_register(hass)
