"""What the steps of the config flow share: the flow's data, and forms and menus."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
import voluptuous as vol

from ..const import DASHBOARD_URL
from ..migration import VehicleMatcher
from ..runtime import SmartcarConfigEntry, SmartcarRuntimeData
from ..smartcar.client import SmartcarApiError, SmartcarClient, Webhook
from ..smartcar.model import VehicleInfo
from ..util import now_ms
from ..webhook.uri import CallbackUri
from .challenge import VerificationListener


class FlowBase(ConfigFlow):
    """The state of a flow, and what follows after each group of steps.

    `_client` asks with the credentials that were entered in this flow, `_verification` answers
    Smartcar's challenge, `_webhooks` are those of the API's list, `_matcher` is there while the
    entry migrates to another application, and `_is_confirmed` tells that the owner has seen in
    Smartcar's dashboard that the answer to the challenge was accepted. `_list_error` says why
    Smartcar did not list the vehicles.
    """

    def __init__(self) -> None:
        """Initialize."""
        super().__init__()
        self._data: dict[str, Any] = {}
        self._client: SmartcarClient | None = None
        self._callback_uri = CallbackUri(None)
        self._verification: VerificationListener | None = None
        self._webhooks: tuple[Webhook, ...] = ()
        self._matcher: VehicleMatcher | None = None
        self._is_confirmed = False
        self._list_error = ""

    async def _async_claim(self, unique_id: str) -> ConfigFlowResult | None:
        """Set the unique ID; return the way to another flow that has it."""
        raise NotImplementedError

    async def _async_new_management_token(self) -> ConfigFlowResult:
        """Ask for another management token, after Smartcar did not accept an answer."""
        raise NotImplementedError

    async def _async_after_credentials(self) -> ConfigFlowResult:
        """Go on after the credentials of an application were accepted."""
        raise NotImplementedError

    async def _async_after_webhook(self) -> ConfigFlowResult:
        """Go on after the webhook was found, chosen or skipped."""
        raise NotImplementedError

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
    def _runtime(self) -> SmartcarRuntimeData:
        """Return the parts of the loaded entry; end the flow if it is not loaded."""
        if self._entry is None or not self._is_loaded:
            raise AbortFlow("not_loaded")
        return self._entry.runtime_data

    @property
    def _asking_client(self) -> SmartcarClient:
        return self._client or self._runtime.client

    @property
    def _placeholders(self) -> dict[str, str]:
        return {
            "callback_uri": self._callback_uri.uri or "",
            "dashboard": DASHBOARD_URL,
            "error": self._list_error,
        }

    @callback
    def _note_verified(self, runtime: SmartcarRuntimeData) -> None:
        """Tell a loaded entry what is known of the verification in this flow."""
        verification, status = self._verification, runtime.store.data.status
        if verification is None or not verification.is_answered:
            return
        if verification.answered_at is not None:
            status.answer(self._callback_uri.uri, verification.answered_at)
        if self._is_confirmed:
            status.confirmed_at = verification.answered_at
            status.callback_uri = self._callback_uri.uri
        if verification.is_signed:
            status.sign(now_ms())
        runtime.store.async_schedule_save()

    @callback
    def _stop_verification(self) -> None:
        """Drop the verification: it answers with a management token that is no longer right."""
        if self._verification is not None:
            self._verification.async_stop(keep=False)
            self._verification = None

    def _show_form(
        self,
        step_id: str,
        schema: vol.Schema,
        suggested: Mapping[str, Any] | None = None,
        errors: dict[str, str] | None = None,
        *,
        last_step: bool = False,
    ) -> ConfigFlowResult:
        """Show a form, with suggested values."""
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


async def async_with_attributes(
    client: SmartcarClient, vehicles: Iterable[VehicleInfo]
) -> tuple[VehicleInfo, ...]:
    """Return vehicles with their makes and models, as far as Smartcar tells them."""
    return tuple([await _async_with_attributes(client, vehicle) for vehicle in vehicles])


async def _async_with_attributes(client: SmartcarClient, vehicle: VehicleInfo) -> VehicleInfo:
    try:
        return await client.get_attributes(vehicle)
    except SmartcarApiError:
        return vehicle
