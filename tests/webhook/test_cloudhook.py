"""A cloudhook is the address where there is a subscription, whether the cloud is up or not."""

import asyncio
import sys

from hass_nabucasa.cloudhooks import CloudhookApiError
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.webhook import cloudhook
from custom_components.smartcar_dynamic.webhook.uri import (
    CallbackUri,
    Obstacle,
    async_get_callback_uri,
)

from ..cars import Car
from ..cloud import CLOUDHOOK, Cloud
from ..conftest import SetUp
from ..entries import WEBHOOK_ID
from ..home import CALLBACK, PUBLIC
from ..smartcar.payloads import TUTORIAL
from ..webhook_client import WebhookClient


async def test_with_a_subscription_the_address_is_a_cloudhook(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    await hass.config.async_update(external_url=PUBLIC)
    address = await async_get_callback_uri(hass, WEBHOOK_ID)
    assert address == CallbackUri(f"{CLOUDHOOK}1", is_cloudhook=True)
    assert await async_get_callback_uri(hass, WEBHOOK_ID) == address
    assert cloud.created == 1
    assert CLOUDHOOK not in repr(address)


async def test_without_a_subscription_it_is_the_external_url(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    cloud.is_subscribed = False
    await hass.config.async_update(external_url=PUBLIC)
    address = await async_get_callback_uri(hass, WEBHOOK_ID)
    assert address == CallbackUri(CALLBACK)
    await cloudhook.async_delete(hass, WEBHOOK_ID)


async def test_two_who_ask_at_once_get_the_same_cloudhook(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    addresses = await asyncio.gather(*(async_get_callback_uri(hass, WEBHOOK_ID) for _ in range(3)))
    assert {address.uri for address in addresses} == {f"{CLOUDHOOK}1"}
    assert cloud.created == 1


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Hook is already enabled for the cloud."),
        TimeoutError(),
        CloudhookApiError("no"),
    ],
)
async def test_a_cloud_without_an_answer_counts_as_disconnected(
    hass: HomeAssistant, cloud: Cloud, error: Exception
) -> None:
    cloud.error = error
    address = await async_get_callback_uri(hass, WEBHOOK_ID)
    assert address == CallbackUri(None, Obstacle.CLOUD_DISCONNECTED, is_cloudhook=True)
    cloud.error = None
    assert (await async_get_callback_uri(hass, WEBHOOK_ID)).uri == f"{CLOUDHOOK}1"


async def test_an_entry_receives_while_the_cloud_is_not_connected(
    hass: HomeAssistant,
    cloud: Cloud,
    set_up: SetUp,
    entry_v2: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
) -> None:
    cloud.is_connected = False
    await set_up(entry_v2)
    assert await async_get_callback_uri(hass, WEBHOOK_ID) == CallbackUri(
        None, Obstacle.CLOUD_DISCONNECTED, is_cloudhook=True
    )
    await smartcar.through_cloud().deliver(TUTORIAL)
    assert car.value("tractionbattery-stateofcharge") == "58"
    cloud.is_connected = True
    cloud.notify()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cloud.created == 1


async def test_whoever_listens_learns_of_each_change_until_it_stops(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    told: list[None] = []
    stop = cloudhook.async_add_listener(hass, WEBHOOK_ID, lambda: told.append(None))
    cloud.notify()
    assert len(told) == 2
    stop()
    assert cloud.listeners == []


async def test_a_removed_entry_leaves_no_cloudhook(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, entry_v2: MockConfigEntry
) -> None:
    await set_up(entry_v2)
    assert list(cloud.cloudhooks) == [WEBHOOK_ID]
    await hass.config_entries.async_remove(entry_v2.entry_id)
    assert cloud.cloudhooks == {}
    assert cloud.listeners == []


@pytest.mark.usefixtures("cloud")
async def test_deleting_a_missing_cloudhook_does_nothing(
    hass: HomeAssistant,
) -> None:
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    assert await cloudhook.async_get_or_create(hass, WEBHOOK_ID) == f"{CLOUDHOOK}1"


async def test_an_unreachable_cloud_does_not_stop_a_removal(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    from homeassistant.components.cloud import CloudNotAvailable  # noqa: PLC0415 - see there

    cloud.error = CloudNotAvailable()
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    assert cloud.cloudhooks == {}


async def test_without_the_cloud_nothing_of_it_is_imported(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "homeassistant.components.cloud", None)
    assert not cloudhook.async_is_active(hass)
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    cloudhook.async_add_listener(hass, WEBHOOK_ID, lambda: None)()
