"""The integration's own entities among others, by the key that ends their unique ID."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


@callback
def async_entities_with_key(hass: HomeAssistant, entity_ids: set[str], key: str) -> set[str]:
    """Return those entities that are of this integration and have a key."""
    entities = er.async_get(hass).entities
    return {
        entity_id
        for entity_id in entity_ids
        if (entry := entities.get(entity_id)) is not None
        and entry.platform == DOMAIN
        and entry.unique_id.endswith(f"_{key}")
    }
