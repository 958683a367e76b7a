"""The integration's own entities among others, by the key that ends their unique ID."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.smartcar_dynamic.key_filter import async_entities_with_key

from .entries import DOMAIN


async def test_only_own_entities_with_the_key_are_left(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    own, other_key, foreign = (
        entity_registry.async_get_or_create("event", platform, unique_id).entity_id
        for platform, unique_id in (
            (DOMAIN, "car_trip"),
            (DOMAIN, "car_charging_session"),
            ("another", "car_trip"),
        )
    )
    found = async_entities_with_key(hass, {own, other_key, foreign, "event.unknown"}, "trip")
    assert found == {own}
