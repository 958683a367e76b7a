"""What all steps of the config flow share."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    FlowType,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
import voluptuous as vol

from .address import Address
from .data import SmartcarConfigEntry, SmartcarData
from .devices import name_of
from .move import Moving
from .smartcar.client import SmartcarApiError, SmartcarClient
from .smartcar.model import Vehicle
from .waiting import ChallengeWait

_DASHBOARD = "https://dashboard.smartcar.com"


class FlowBase(ConfigFlow):
    """What is known so far, and the entry that the flow is about.

    `_client` asks with credentials that were entered in this flow, `_wait` is where Smartcar's
    challenge is answered, and `_moving` is there while an entry moves to another application.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self._data: dict[str, Any] = {}
        self._client: SmartcarClient | None = None
        self._address = Address(None)
        self._wait: ChallengeWait | None = None
        self._moving: Moving | None = None

    @property
    def _entry(self) -> SmartcarConfigEntry | None:
        """Return the entry that the flow is about, if there is one yet."""
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry()
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return None

    @property
    def _is_loaded(self) -> bool:
        return self._entry is not None and self._entry.state is ConfigEntryState.LOADED

    @property
    def _loaded(self) -> SmartcarData:
        """Return the parts of the loaded entry; end the flow if it is not loaded."""
        if self._entry is None or not self._is_loaded:
            raise AbortFlow("not_loaded")
        return self._entry.runtime_data

    @property
    def _moves(self) -> Moving:
        """Return the move that is under way; end the flow if there is none."""
        if self._moving is None:
            raise AbortFlow("not_loaded")
        return self._moving

    @property
    def _api(self) -> SmartcarClient:
        return self._client or self._loaded.client

    @property
    def _placeholders(self) -> dict[str, str]:
        return {"callback_uri": self._address.uri or "", "dashboard": _DASHBOARD}

    @callback
    def _note_verified(self, data: SmartcarData) -> None:
        """Tell a loaded entry that Smartcar's challenge was answered in this flow."""
        if self._wait is not None and self._wait.answered_at is not None:
            data.coordinator.health.verify(self._address.uri, self._wait.answered_at)
            data.coordinator.async_schedule_save()

    async def _async_claim(self, unique_id: str) -> ConfigFlowResult | None:
        """Take a unique ID; where another flow has it, lead there: its window may be closed."""
        await self.async_set_unique_id(unique_id, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        others = self._async_in_progress(match_context={"unique_id": unique_id})
        for flow in others:
            return self.async_abort(
                reason="already_in_progress", next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"])
            )
        return None

    def _show_form(
        self,
        step_id: str,
        schema: vol.Schema,
        suggested: Mapping[str, Any] | None = None,
        errors: dict[str, str] | None = None,
        *,
        last_step: bool = False,
    ) -> ConfigFlowResult:
        """Show a form, again with what was typed."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors or {},
            description_placeholders=self._placeholders,
            last_step=last_step,
        )

    def _show_menu(self, step_id: str, *options: str) -> ConfigFlowResult:
        return self.async_show_menu(
            step_id=step_id,
            menu_options=list(options),
            description_placeholders=self._placeholders,
        )


async def async_described(
    client: SmartcarClient, vehicles: Iterable[Vehicle]
) -> tuple[Vehicle, ...]:
    """Return vehicles with their makes and models; one that cannot be described as it is."""
    return tuple([await _async_described(client, vehicle) for vehicle in vehicles])


async def _async_described(client: SmartcarClient, vehicle: Vehicle) -> Vehicle:
    try:
        return await client.describe(vehicle)
    except SmartcarApiError:
        return vehicle


def label(vehicle: Vehicle) -> str:
    """Return what tells a car apart in a list."""
    name = name_of(vehicle)
    if vehicle.year:
        name = f"{name} ({vehicle.year})"
    return f"{name} · {vehicle.tail}"
