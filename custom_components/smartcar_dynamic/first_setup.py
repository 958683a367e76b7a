"""What a config flow hands over to the first set-up of the entry that it creates."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .smartcar.model import VehicleInfo


@dataclass(frozen=True, slots=True)
class FirstSetup:
    """The vehicles that the flow has found, and whether each is to be read once.

    Subscribed vehicles may deliver at once, and entity IDs are derived from the first device name.
    """

    vehicles: tuple[VehicleInfo, ...] = ()
    is_read_once: bool = False


_FIRST_SETUPS: HassKey[dict[str, FirstSetup]] = HassKey(f"{DOMAIN}_first_setups")


@callback
def async_hand_over(hass: HomeAssistant, webhook_id: str, first_setup: FirstSetup) -> None:
    """Keep it for the entry with this webhook ID."""
    hass.data.setdefault(_FIRST_SETUPS, {})[webhook_id] = first_setup


@callback
def async_pop_first_setup(hass: HomeAssistant, webhook_id: str) -> FirstSetup:
    """Return what was handed over for the entry with this webhook ID, once."""
    return hass.data.get(_FIRST_SETUPS, {}).pop(webhook_id, None) or FirstSetup()
