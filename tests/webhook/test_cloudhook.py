"""A cloudhook is the address where there is a subscription, whether the cloud is up or not."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock, patch

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
from ..conftest import SetUp
from ..senders import WEBHOOK_ID, Sender
from ..smartcar.payloads import TUTORIAL

HOOK = "https://hooks.nabu.casa/gAAAAABsecret="


@dataclass
class Cloud:
    """Home Assistant Cloud, as far as its own functions show it."""

    subscribed: bool = True
    connected: bool = True
    error: Exception | None = None
    hooks: dict[str, str] = field(default_factory=dict)
    created: int = 0
    listeners: list[Callable[[Any], None]] = field(default_factory=list)

    async def create(self, _hass: HomeAssistant, webhook_id: str) -> str:
        from homeassistant.components import cloud  # noqa: PLC0415 - stand-ins come first

        if self.error is not None:
            raise self.error
        if not self.connected:
            raise cloud.CloudNotConnected
        if webhook_id not in self.hooks:
            await asyncio.sleep(0)
            self.created += 1
            self.hooks[webhook_id] = f"{HOOK}{self.created}"
        return self.hooks[webhook_id]

    async def delete(self, _hass: HomeAssistant, webhook_id: str) -> None:
        if self.error is not None:
            raise self.error
        if self.hooks.pop(webhook_id, None) is None:
            raise ValueError("Hook is not enabled for the cloud.")

    def listen(self, _hass: HomeAssistant, *args: Any) -> Callable[[], None]:  # noqa: ANN401 - two functions' arguments
        self.listeners.append(args[-1])
        return lambda: self.listeners.remove(args[-1])

    def change(self) -> None:
        for listener in list(self.listeners):
            listener(None)


@pytest.fixture
async def cloud(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Cloud]:
    """Have Home Assistant Cloud loaded. Its own functions are replaced, none of ours."""
    for name in ("pymicro_vad", "pyspeex_noise"):
        stand_in = ModuleType(name)
        stand_in.__dict__.update(MicroVad=MagicMock, AudioProcessor=MagicMock)
        monkeypatch.setitem(sys.modules, name, stand_in)
    fake = Cloud()
    hass.config.components.add("cloud")
    with (
        patch(
            "homeassistant.components.cloud.async_active_subscription", lambda _: fake.subscribed
        ),
        patch("homeassistant.components.cloud.async_get_or_create_cloudhook", fake.create),
        patch("homeassistant.components.cloud.async_delete_cloudhook", fake.delete),
        patch("homeassistant.components.cloud.async_listen_connection_change", fake.listen),
        patch("homeassistant.components.cloud.async_listen_cloudhook_change", fake.listen),
    ):
        yield fake
        hass.config.components.remove("cloud")


async def test_with_a_subscription_the_address_is_a_cloudhook(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    address = await async_get_callback_uri(hass, WEBHOOK_ID)
    assert address == CallbackUri(f"{HOOK}1", is_cloudhook=True)
    assert await async_get_callback_uri(hass, WEBHOOK_ID) == address
    assert cloud.created == 1
    assert HOOK not in repr(address)


async def test_without_a_subscription_it_is_the_external_url(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    cloud.subscribed = False
    await hass.config.async_update(external_url="https://home.example.com")
    address = await async_get_callback_uri(hass, WEBHOOK_ID)
    assert address == CallbackUri(f"https://home.example.com/api/webhook/{WEBHOOK_ID}")
    await cloudhook.async_delete(hass, WEBHOOK_ID)


async def test_two_who_ask_at_once_get_the_same_cloudhook(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    addresses = await asyncio.gather(*(async_get_callback_uri(hass, WEBHOOK_ID) for _ in range(3)))
    assert {address.uri for address in addresses} == {f"{HOOK}1"}
    assert cloud.created == 1


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Hook is already enabled for the cloud."),
        TimeoutError(),
        CloudhookApiError("no"),
    ],
)
async def test_a_cloud_that_does_not_answer_is_as_good_as_disconnected(
    hass: HomeAssistant, cloud: Cloud, error: Exception
) -> None:
    cloud.error = error
    address = await async_get_callback_uri(hass, WEBHOOK_ID)
    assert address == CallbackUri(None, Obstacle.CLOUD_DISCONNECTED, is_cloudhook=True)
    cloud.error = None
    assert (await async_get_callback_uri(hass, WEBHOOK_ID)).uri == f"{HOOK}1"


async def test_an_entry_sets_up_and_receives_though_the_cloud_is_not_connected_at_boot(
    hass: HomeAssistant,
    cloud: Cloud,
    set_up: SetUp,
    entry_v2: MockConfigEntry,
    sender: Sender,
    car: Car,
) -> None:
    cloud.connected = False
    await set_up(entry_v2)
    assert await async_get_callback_uri(hass, WEBHOOK_ID) == CallbackUri(
        None, Obstacle.CLOUD_DISCONNECTED, is_cloudhook=True
    )
    await sender.through_cloud().deliver(TUTORIAL)
    assert car.value("tractionbattery-stateofcharge") == "58"
    cloud.connected = True
    cloud.change()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cloud.created == 1


async def test_whoever_listens_learns_of_each_change_until_it_stops(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    told: list[None] = []
    stop = cloudhook.async_add_listener(hass, WEBHOOK_ID, lambda: told.append(None))
    cloud.change()
    assert len(told) == 2
    stop()
    assert cloud.listeners == []


async def test_a_removed_entry_leaves_no_cloudhook(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, entry_v2: MockConfigEntry
) -> None:
    await set_up(entry_v2)
    assert list(cloud.hooks) == [WEBHOOK_ID]
    await hass.config_entries.async_remove(entry_v2.entry_id)
    assert cloud.hooks == {}
    assert cloud.listeners == []


@pytest.mark.usefixtures("cloud")
async def test_deleting_a_cloudhook_that_is_not_there_is_done_at_once(
    hass: HomeAssistant,
) -> None:
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    assert await cloudhook.async_get_or_create(hass, WEBHOOK_ID) == f"{HOOK}1"


async def test_a_cloud_that_cannot_be_reached_keeps_no_entry_from_being_removed(
    hass: HomeAssistant, cloud: Cloud
) -> None:
    from homeassistant.components.cloud import CloudNotAvailable  # noqa: PLC0415 - see there

    cloud.error = CloudNotAvailable()
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    assert cloud.hooks == {}


async def test_without_the_cloud_nothing_of_it_is_imported(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "homeassistant.components.cloud", None)
    assert not cloudhook.async_is_active(hass)
    await cloudhook.async_delete(hass, WEBHOOK_ID)
    cloudhook.async_add_listener(hass, WEBHOOK_ID, lambda: None)()
