"""The other Smartcar integration: a stand-in that Home Assistant loads, and its entries."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from homeassistant import loader
from homeassistant.components.application_credentials import (
    DATA_COMPONENT,
    ClientCredential,
)
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

import custom_components
from simulator import Car, Kind

from .entries import WEBHOOK_ID
from .home import Home

OTHER = "smartcar"
FOLDER = Path(__file__).parents[1] / "demo" / "other_integration"


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant find the stand-in; without this, it is no longer installed."""
    monkeypatch.setattr(custom_components, "__path__", [*custom_components.__path__, str(FOLDER)])


def uninstall(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the other integration no longer installed; its entries stay."""
    monkeypatch.setattr(custom_components, "__path__", custom_components.__path__[:-1])
    for known in (loader.DATA_INTEGRATIONS, loader.DATA_CUSTOM_COMPONENTS):
        cast("dict[str, loader.Integration]", hass.data[known]).pop(OTHER)
    hass.config.components.remove(OTHER)


@dataclass
class Other:
    """One entry of the other integration, and what it has in the registries."""

    home: Home
    entry: MockConfigEntry
    car: Car

    @property
    def hass(self) -> HomeAssistant:
        return self.home.hass

    @property
    def prefix(self) -> str:
        """Return what a unique ID begins with: the VIN where it is known on API v2.0."""
        is_v2 = "refresh_token" in self.entry.data["token"]
        vin: str | None = self.entry.data["vehicles"][self.car.id]["vin"]
        return vin if is_v2 and vin else self.car.id

    def entity_id(self, platform: str, key: str) -> str:
        """Return an entity by its key there."""
        registry = er.async_get(self.hass)
        entity_id = registry.async_get_entity_id(platform, OTHER, f"{self.prefix}_{key}")
        assert entity_id is not None
        return entity_id

    @property
    def entity_ids(self) -> set[str]:
        """Return the entities that the entry has now."""
        registry = er.async_get(self.hass)
        found = er.async_entries_for_config_entry(registry, self.entry.entry_id)
        return {entity.entity_id for entity in found}

    @property
    def device(self) -> dr.DeviceEntry:
        """Return the car's device there."""
        identifier = (OTHER, self.prefix)
        registry = dr.async_get(self.hass)
        device = registry.async_get_device_by_identifier(identifier, self.entry.entry_id)
        assert device is not None
        return device


def entry_data(home: Home, kind: Kind, car: Car, **changes: object) -> dict[str, Any]:
    """Return what the other integration stores; `None` leaves a value out."""
    application = home.sim.application(kind)
    token: dict[str, Any] = {
        "access_token": "of-the-application",
        "expires_at": dt_util.utcnow().timestamp() + 3600,
        "scopes": [],
    }
    if kind.is_v2:
        tokens = home.sim.issue_tokens(application)
        token |= {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    data = {
        "auth_implementation": "smartcar_an_application",
        "webhook_id": WEBHOOK_ID,
        "application_management_token": application.management_token,
        "cloudhook": False,
        "token": token,
        "vehicles": {car.id: {"vin": car.vin, "make": "HYUNDAI", "model": "IONIQ 5", "year": 2023}},
        **({} if kind.is_v2 else {"application_id": application.id, "user_id": "a-user"}),
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}


async def add_credential(
    home: Home, kind: Kind = Kind.CURRENT, auth_domain: str = "smartcar_an_application"
) -> None:
    """Have the application's client ID and secret in Home Assistant's application credentials."""
    application = home.sim.application(kind)
    credential = (
        ClientCredential(application.id, application.client_secret)
        if kind.is_v2
        else ClientCredential(application.m2m_id, application.m2m_secret)
    )
    await import_credential(home.hass, credential, auth_domain)


async def import_credential(
    hass: HomeAssistant, credential: ClientCredential, auth_domain: str
) -> None:
    """Store a client ID and secret as the other integration's, installed or not."""
    assert await async_setup_component(hass, "application_credentials", {})
    hass.data[DATA_COMPONENT].data[auth_domain] = {
        "id": auth_domain,
        "domain": OTHER,
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
    }


async def add_other(
    home: Home,
    kind: Kind = Kind.CURRENT,
    *,
    disabled: bool = False,
    credential: bool = True,
    title: str = "Family car",
    **changes: object,
) -> Other:
    """Have the other integration's entry, set up unless it is disabled afterwards."""
    car = home.car(kind)
    entry = MockConfigEntry(
        domain=OTHER,
        title=title,
        version=2,
        unique_id=car.id.lower(),
        data=entry_data(home, kind, car, **changes),
    )
    if credential:
        await add_credential(home, kind)
    entry.add_to_hass(home.hass)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.settle()
    if disabled:
        await home.hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
    return Other(home, entry, car)
