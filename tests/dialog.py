"""A config or options flow as a person goes through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .texts import read_step


@dataclass
class Dialog:
    """A flow, step by step: `result` is what Home Assistant shows now."""

    hass: HomeAssistant
    result: Mapping[str, Any]
    flow: str = "config"

    @property
    def step(self) -> str:
        """Return the step's ID; of an end its kind."""
        return cast("str", self.result.get("step_id", self.result["type"].value))

    @property
    def errors(self) -> dict[str, str]:
        """Return the keys of errors by field."""
        return self.result.get("errors") or {}

    @property
    def reason(self) -> str:
        """Return why the flow ended."""
        return cast("str", self.result["reason"])

    @property
    def shown(self) -> dict[str, str]:
        """Return what fills the placeholders."""
        return dict(self.result["description_placeholders"])

    @property
    def callback_uri(self) -> str:
        """Return the callback URI that is shown."""
        return self.shown["callback_uri"]

    @property
    def options(self) -> dict[str, str]:
        """Return the choices of the form's only list: labels by value."""
        fields = self.result["data_schema"].schema.values()
        (selector,) = (field for field in fields if "options" in field.config)
        return {option["value"]: option["label"] for option in selector.config["options"]}

    def suggested(self, name: str) -> Any:  # noqa: ANN401 - whatever the field is
        """Return the value that a field suggests."""
        for marker in self.result["data_schema"].schema:
            if marker == name:
                return (marker.description or {}).get("suggested_value")
        raise KeyError(name)

    async def submit(self, **values: object) -> Dialog:
        """Fill in the form and go on."""
        return await self._configure(values)

    async def submit_as_shown(self) -> Dialog:
        """Submit the form with what it is filled in with."""
        fields = self.result["data_schema"].schema
        values = {str(field): self.suggested(str(field)) for field in fields}
        return await self.submit(
            **{name: value for name, value in values.items() if value is not None}
        )

    async def choose(self, option: str) -> Dialog:
        """Choose from the menu."""
        if self.result["type"] is FlowResultType.MENU:
            assert option in self.result["menu_options"]
        return await self._configure({"next_step_id": option})

    async def look(self) -> Dialog:
        """Look again, as the frontend does after a change and after a reload."""
        return await self._configure(None)

    async def settle(self) -> Dialog:
        """Wait for the progress to end, and look."""
        assert self.result["type"] is FlowResultType.SHOW_PROGRESS
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return await self.look()

    async def confirm(self) -> Dialog:
        """Wait for the challenge, and say that Smartcar accepted the answer."""
        await self.settle()
        assert self.step == "verified"
        await self.submit(verification="verified")
        return await self.submit_as_shown() if self.step == "webhook" else self

    async def close(self) -> None:
        """Close the window."""
        self._manager.async_abort(self.result["flow_id"])
        await self.hass.async_block_till_done()

    @property
    def _manager(self) -> Any:  # noqa: ANN401 - two managers without a common name
        entries = self.hass.config_entries
        return entries.options if self.flow == "options" else entries.flow

    async def _configure(self, values: Mapping[str, object] | None) -> Dialog:
        return self.read(await self._manager.async_configure(self.result["flow_id"], values))

    def read(self, result: Mapping[str, Any]) -> Dialog:
        """Go on to a step, and read its texts."""
        self.result = result
        read_step(result, self.flow)
        return self
