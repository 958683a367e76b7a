"""What the other integration's entry holds is taken where it is there, and nothing is expected."""

from typing import Any

from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.other_integration import (
    KEYS,
    OtherEntry,
    async_other_entries,
    async_read_other_entry,
)
from custom_components.smartcar_dynamic.smartcar.signals import SIGNALS

from .other import OTHER, import_credential

ONE = "865ca68d-a9b6-4d74-856e-605db0209eca"
TWO = "965ca68d-a9b6-4d74-856e-605db0209ecb"


def other_entry(unique_id: str | None = None, **data: Any) -> MockConfigEntry:  # noqa: ANN401 - whatever is stored
    return MockConfigEntry(domain=OTHER, title="Cars", unique_id=unique_id, data=data)


async def read(hass: HomeAssistant, entry: MockConfigEntry) -> OtherEntry:
    entry.add_to_hass(hass)
    return await async_read_other_entry(hass, entry)


@pytest.mark.parametrize(
    "value", [None, "", 7, [], {}, [None, 3, {}], {"": None}, {"x": 1}, "text", b"bytes"]
)
async def test_a_broken_value_is_no_value(hass: HomeAssistant, value: object) -> None:
    names = ("webhook_id", "application_management_token", "token", "auth_implementation")
    more = ("application_id", "cloudhook", "vehicles")
    data: dict[str, Any] = dict.fromkeys((*names, *more), value)
    other = await read(hass, other_entry(**data))
    assert other.token is None
    assert other.client_secret is None
    assert other.api == "v3"


@pytest.mark.parametrize(
    ("vehicles", "ids"),
    [
        ({ONE: {"vin": "WBA", "make": "BMW", "model": "i4", "year": 2024}, TWO: None}, {ONE, TWO}),
        ([ONE, TWO], {ONE, TWO}),
        ([{"id": ONE}, {"vin": "WBA"}], {ONE}),
    ],
)
async def test_vehicles_are_a_mapping_or_a_list(
    hass: HomeAssistant, vehicles: object, ids: set[str]
) -> None:
    other = await read(hass, other_entry(vehicles=vehicles))
    assert {info.id for info in other.vehicles} == ids


async def test_without_vehicles_the_unique_id_names_them(hass: HomeAssistant) -> None:
    other = await read(hass, other_entry(unique_id=f"{ONE} {TWO} something"))
    assert {info.id for info in other.vehicles} == {ONE, TWO}


async def test_the_only_credential_is_taken_whatever_its_name(hass: HomeAssistant) -> None:
    await import_credential(hass, ClientCredential("client_one", "secret"), "one")
    other = await read(hass, other_entry(auth_implementation="gone"))
    assert (other.client_id, other.client_secret) == ("client_one", "secret")
    assert other.api == "v3"


async def test_of_several_credentials_the_named_one_is_taken(hass: HomeAssistant) -> None:
    await import_credential(hass, ClientCredential("client_one", "secret"), "one")
    await import_credential(hass, ClientCredential(ONE, "other"), "two")
    other = await read(hass, other_entry(auth_implementation="two"))
    assert (other.client_id, other.client_secret, other.api) == (ONE, "other", "v2")
    another = await read(hass, other_entry())
    assert another.client_id is None


@pytest.mark.parametrize(
    ("data", "api"),
    [
        ({"token": {"access_token": "a", "refresh_token": "r"}}, "v2"),
        ({"token": {"access_token": "a", "refresh_token": "r"}, "application_id": ONE}, "v3"),
        ({"token": {"access_token": "a", "expires_at": "soon"}}, "v3"),
    ],
)
async def test_without_a_client_id_the_token_tells_the_api(
    hass: HomeAssistant, data: dict[str, Any], api: str
) -> None:
    assert (await read(hass, other_entry(**data))).api == api


async def test_an_ignored_entry_is_none(hass: HomeAssistant) -> None:
    MockConfigEntry(domain=OTHER, source="ignore").add_to_hass(hass)
    assert async_other_entries(hass) == []


def test_every_counterpart_is_a_known_key() -> None:
    keys = {key.partition(".")[0] for table in KEYS.values() for key in table.values()}
    assert keys - SIGNALS.keys() == {"last_delivery"}


async def test_without_application_credentials_there_are_none(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> bool:
        return False

    module = "custom_components.smartcar_dynamic.other_integration.async_setup_component"
    monkeypatch.setattr(module, fail)
    assert (await read(hass, other_entry())).client_id is None
