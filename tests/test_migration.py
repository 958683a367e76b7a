"""Vehicles leave the old webhook once a new one has taken its place."""

from custom_components.smartcar_dynamic.migration import async_unsubscribe_old
from simulator import Kind

from .home import Home


async def test_a_replaced_webhook_gets_no_vehicle(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    await async_unsubscribe_old(entry, {}, is_replaced=True)
    assert home.subscribed(home.webhook_of(entry)) == set()


async def test_a_webhook_in_use_keeps_vehicles_with_their_id(home: Home) -> None:
    first, second = home.cars(Kind.DYNAMIC, "Second")
    entry = await home.delivering(Kind.DYNAMIC)
    await async_unsubscribe_old(entry, {first.id: "a-new-id"}, is_replaced=False)
    assert home.subscribed(home.webhook_of(entry)) == {second.name}
