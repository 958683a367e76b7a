"""The entries, devices and entities of the integration `smartcar`, which others wrote.

Forks keep the domain and may store something else: only what is there is taken, and nothing is
expected to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re
from typing import Final

from homeassistant.components.application_credentials import (
    DATA_COMPONENT,
    DOMAIN as APPLICATION_CREDENTIALS,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_TOKEN, CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component

from .const import API_V2, API_V3, DOMAIN, LAST_DELIVERY
from .smartcar.client_v2 import Token
from .smartcar.jsonvalues import as_dict, as_id, as_list, as_name, as_str, as_year
from .smartcar.model import VehicleInfo

OTHER_DOMAIN: Final = "smartcar"

_CONF_CLOUDHOOK = "cloudhook"
_CURRENT_CLIENT_ID = "client_"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_DIAGNOSTICS = {"diag_dtc_count": "diagnostics-dtccount", "diag_dtc_list": "diagnostics-dtclist"}
_CORNERS = [f"{end}_{side}" for end in ("front", "back") for side in ("left", "right")]
# Our keys by platform and by the key there. What is missing has no counterpart on its platform.
KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    Platform.SENSOR: {
        "battery_capacity": "tractionbattery-nominalcapacity",
        "battery_level": "tractionbattery-stateofcharge",
        "range": "tractionbattery-range",
        "low_voltage_battery_level": "lowvoltagebattery-stateofcharge",
        "odometer": "odometer-traveleddistance",
        "charging_state": "charge-detailedchargingstatus",
        "charge_chargerate": "charge-chargerate",
        "charge_energyadded": "charge-energyadded",
        "charge_timetocomplete": "charge-timetocomplete",
        "charge_time_to_complete": "charge-timetocomplete",
        "charge_voltage": "charge-voltage",
        "charge_amperage": "charge-amperage",
        "charge_amperage_max": "charge-amperagemax",
        "charge_wattage": "charge-wattage",
        "fuel": "internalcombustionengine-amountremaining",
        "fuel_percent": "internalcombustionengine-fuellevel",
        "fuel_range": "internalcombustionengine-range",
        "engine_oil": "internalcombustionengine-oillife",
        "gear_state": "transmission-gearstate",
        "firmware_version": "connectivitysoftware-currentfirmwareversion",
        "cabin_target_temperature": "hvac-cabintargettemperature",
        "last_webhook_received": LAST_DELIVERY,
        **{f"tire_pressure_{corner}": f"wheel-tires.{corner}" for corner in _CORNERS},
        **_DIAGNOSTICS,
    },
    Platform.BINARY_SENSOR: {
        "battery_heater_active": "tractionbattery-isheateractive",
        "plug_status": "charge-ischargingcableconnected",
        "charge_fast_charger_present": "charge-isfastchargerpresent",
        "front_trunk": "closure-fronttrunk.is_open",
        "front_trunk_lock": "closure-fronttrunk.is_locked",
        "rear_trunk": "closure-reartrunk.is_open",
        "rear_trunk_lock": "closure-reartrunk.is_locked",
        "engine_cover": "closure-enginecover.is_open",
        "sunroof": "closure-sunroof.is_open",
        "online": "connectivitystatus-isonline",
        "asleep": "connectivitystatus-isasleep",
        "digital_key_paired": "connectivitystatus-isdigitalkeypaired",
        "surveillance_enabled": "surveillance-isenabled",
        "is_cabin_hvac_active": "hvac-iscabinhvacactive",
        "is_front_defroster_active": "hvac-isfrontdefrosteractive",
        "is_rear_defroster_active": "hvac-isreardefrosteractive",
        "is_steering_heater_active": "hvac-issteeringheateractive",
        **{f"door_{corner}": f"closure-doors.{corner}.is_open" for corner in _CORNERS},
        **{f"door_{corner}_lock": f"closure-doors.{corner}.is_locked" for corner in _CORNERS},
        **{f"window_{corner}": f"closure-windows.{corner}.is_open" for corner in _CORNERS},
    },
    Platform.SWITCH: {"charging": "charge-ischarging"},
    Platform.NUMBER: {"charge_limit": "charge-chargelimits"},
    Platform.LOCK: {"door_lock": "closure-islocked"},
    Platform.DEVICE_TRACKER: {"location": "location-preciselocation"},
}


@dataclass(frozen=True, slots=True)
class OtherEntry:
    """What another integration's entry holds; `None` and empty where it does not say."""

    entry_id: str
    title: str
    webhook_id: str | None = field(default=None, repr=False)
    management_token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    token: Token | None = field(default=None, repr=False)
    application_id: str | None = None
    is_cloudhook: bool = False
    vehicles: tuple[VehicleInfo, ...] = ()

    @property
    def api(self) -> str:
        """Return the API that the credentials are for."""
        if self.client_id is not None:
            return API_V3 if self.client_id.startswith(_CURRENT_CLIENT_ID) else API_V2
        has_owners_token = self.token is not None and self.token.refresh_token is not None
        return API_V2 if has_owners_token and self.application_id is None else API_V3


@callback
def async_other_entries(hass: HomeAssistant) -> list[ConfigEntry]:
    """Return the other integration's entries whose callback URI is not ours already."""
    taken = {entry.data.get(CONF_WEBHOOK_ID) for entry in hass.config_entries.async_entries(DOMAIN)}
    return [
        entry
        for entry in hass.config_entries.async_entries(OTHER_DOMAIN, include_ignore=False)
        if (webhook_id := as_id(entry.data.get(CONF_WEBHOOK_ID))) is None or webhook_id not in taken
    ]


async def async_read_other_entry(hass: HomeAssistant, entry: ConfigEntry) -> OtherEntry:
    """Read an entry, and its credentials from Home Assistant's application credentials."""
    # The other integration, which needs it, may not be installed any more.
    await async_setup_component(hass, APPLICATION_CREDENTIALS, {})
    data = as_dict(dict(entry.data))
    client_id, client_secret = _credentials(hass, as_str(data.get("auth_implementation")))
    return OtherEntry(
        entry.entry_id,
        entry.title,
        webhook_id=as_id(data.get(CONF_WEBHOOK_ID)),
        management_token=as_str(data.get("application_management_token")),
        client_id=client_id or as_str(data.get(CONF_CLIENT_ID)),
        client_secret=client_secret,
        token=_token(as_dict(data.get(CONF_TOKEN))),
        application_id=as_id(data.get("application_id")),
        is_cloudhook=data.get(_CONF_CLOUDHOOK) is True,
        vehicles=_vehicles(data.get("vehicles"), entry.unique_id),
    )


@callback
def _credentials(
    hass: HomeAssistant, auth_implementation: str | None
) -> tuple[str, str] | tuple[None, None]:
    """Return client ID and secret of an implementation, or of the only one that there is."""
    if DATA_COMPONENT not in hass.data:
        return None, None
    known = hass.data[DATA_COMPONENT].async_client_credentials(OTHER_DOMAIN)
    credential = known.get(auth_implementation or "")
    if credential is None and len(known) == 1:
        (credential,) = known.values()
    return (None, None) if credential is None else (credential.client_id, credential.client_secret)


def _token(raw: Mapping[str, object]) -> Token | None:
    access_token, expires_at = as_str(raw.get("access_token")), raw.get("expires_at")
    if access_token is None:
        return None
    return Token(
        access_token,
        as_str(raw.get("refresh_token")),
        float(expires_at) if isinstance(expires_at, int | float) else 0.0,
    )


def _vehicles(raw: object, unique_id: object) -> tuple[VehicleInfo, ...]:
    """Return the vehicles of a mapping by ID, or of a list of IDs; else those of the unique ID."""
    found: dict[str, object] = {}
    if isinstance(raw, Mapping):
        found = dict(raw)
    else:
        for item in as_list(raw):
            # A list may hold the IDs or descriptions of the vehicles.
            id_ = as_dict(item).get("id", item)
            if isinstance(id_, str):
                found[id_] = item
    if not found and isinstance(unique_id, str):
        found = dict.fromkeys(id_ for id_ in unique_id.split() if _ID.fullmatch(id_))
    return tuple(
        VehicleInfo(
            id_,
            make=as_name(as_dict(info).get("make")),
            model=as_name(as_dict(info).get("model")),
            year=as_year(as_dict(info).get("year")),
            vin=as_id(as_dict(info).get("vin")),
        )
        for id_, info in found.items()
        if as_id(id_)
    )


@dataclass(frozen=True, slots=True)
class OtherEntity:
    """An entity there: the vehicle that its unique ID begins with, by ID or VIN, and its key."""

    entity: er.RegistryEntry = field(repr=False)
    vehicle: str = field(repr=False)
    key: str

    @property
    def our_key(self) -> str | None:
        """Return our key of the same meaning on the same platform."""
        return KEYS.get(self.entity.domain, {}).get(self.key)


@callback
def async_other_entities(
    hass: HomeAssistant, entry_id: str, vehicles: Mapping[str, str]
) -> list[OtherEntity]:
    """Return an entry's entities; `vehicles` has the known IDs and VINs as its keys."""
    entities = []
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry_id):
        unique_id = str(entity.unique_id)
        vehicle = next((it for it in vehicles if unique_id.casefold().startswith(f"{it}_")), "")
        if not vehicle:
            vehicle = unique_id.partition("_")[0].casefold()
        entities.append(OtherEntity(entity, vehicle, unique_id[len(vehicle) + 1 :].casefold()))
    return entities


@callback
def async_other_devices(hass: HomeAssistant, entry_id: str) -> list[dr.DeviceEntry]:
    """Return an entry's devices."""
    return dr.async_entries_for_config_entry(dr.async_get(hass), entry_id)


def vehicle_of_device(device: dr.DeviceEntry, vehicles: Mapping[str, str]) -> str | None:
    """Return the vehicle's ID of a device there; `vehicles` has IDs by IDs and VINs."""
    values = (identifier[1] for identifier in device.identifiers if identifier[0] == OTHER_DOMAIN)
    return next((vehicles[it.casefold()] for it in values if it.casefold() in vehicles), None)


def ids_by_name(vehicles: tuple[VehicleInfo, ...]) -> dict[str, str]:
    """Return the vehicles' IDs by what the other integration calls them: their IDs and VINs."""
    by_id = {info.id.casefold(): info.id for info in vehicles}
    return {info.vin.casefold(): info.id for info in vehicles if info.vin} | by_id


def without_cloudhook(data: Mapping[str, object]) -> dict[str, object]:
    """Return an entry's data with which its removal does not delete the cloudhook, ours now."""
    return {**data, _CONF_CLOUDHOOK: False}


def with_cloudhook(data: Mapping[str, object]) -> dict[str, object]:
    """Return an entry's data with its cloudhook again."""
    return {**data, _CONF_CLOUDHOOK: True}
