"""A flow that takes an entry's data as it is."""

import json
from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
import voluptuous as vol


class SmartcarStandInFlow(ConfigFlow, domain="smartcar"):
    """One step, in which the data is JSON."""

    VERSION = 2
    MINOR_VERSION = 0

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take title and data."""
        if user_input is None:
            schema = vol.Schema({vol.Required("title"): str, vol.Required("data"): str})
            return self.async_show_form(step_id="user", data_schema=schema)
        return self.async_create_entry(
            title=user_input["title"], data=json.loads(user_input["data"])
        )
