"""The callback URI at Home Assistant Cloud: it comes, goes and changes."""

from custom_components.smartcar_dynamic.webhook.uri import async_get_callback_uri

from ..cloud import Cloud
from ..entries import WEBHOOK_ID
from ..home import PUBLIC, Home


async def test_a_cloudhook_that_takes_the_place_of_the_external_address_is_told(
    home: Home, cloud: Cloud
) -> None:
    cloud.is_subscribed = False
    await home.live()
    cloud.is_subscribed = True
    cloud.notify()
    await home.settle()
    assert await home.raised() == {"callback_changed"}
    step = await home.open_fix("callback_changed")
    assert step["description_placeholders"]["callback_uri"] == cloud.cloudhooks[WEBHOOK_ID]


async def test_a_cloud_that_is_not_connected_yet_changes_nothing(home: Home, cloud: Cloud) -> None:
    home.sim.courier.routes["https://hooks.example"] = home.sim.courier.routes[PUBLIC]
    cloud.is_subscribed = False
    await home.live()
    cloud.is_subscribed = True
    cloud.is_connected = False
    cloud.notify()
    await home.settle()
    assert await home.raised() == set()
    assert (await async_get_callback_uri(home.hass, WEBHOOK_ID)).obstacle == "cloud_disconnected"


async def test_the_flow_shows_a_dash_where_there_is_no_address(home: Home, cloud: Cloud) -> None:
    cloud.is_subscribed = False
    await home.live(verify=False)
    await home.pass_hours(2)
    cloud.is_subscribed = True
    cloud.is_connected = False
    step = await home.open_fix("never_verified")
    assert step["description_placeholders"]["callback_uri"] == "-"
