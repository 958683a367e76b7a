"""The end of a move: which of the entry's cars is which of the new application's."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CLIENT_ID

from .const import CONF_EXCLUDED
from .flow_base import FlowBase
from .move import async_leave, async_move
from .smartcar.client import SmartcarError


class MatchSteps(FlowBase):
    """The steps that only a move has."""

    async def async_step_match(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Match the cars: by ID, by VIN, and else by asking."""
        entry, data, moving = self._get_reconfigure_entry(), self._loaded, self._moves
        if user_input is None:
            try:
                await moving.async_match(entry.options.get(CONF_EXCLUDED, ()))
            except SmartcarError:
                return await self.async_step_match_unknown()
            if moving.open:
                return self._show_form("match", moving.form(), last_step=True)
        elif not moving.choose(user_input):
            errors = {"base": "same_car"}
            return self._show_form("match", moving.form(), user_input, errors, last_step=True)
        self._note_verified(data)
        replaced = self._wait is not None and self._wait.is_answered
        await async_leave(entry, moving.matches, replaced=replaced)
        await async_move(self.hass, entry, moving.matches)
        return self.async_update_reload_and_abort(
            entry, unique_id=self._data[CONF_CLIENT_ID], data=self._data
        )

    async def async_step_match_unknown(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to ask again: without the list of cars nothing moves."""
        return self._show_menu("match_unknown", "match")
