"""A simulated Smartcar, and a real Home Assistant that takes it for the real one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from simulator import Application, Car, Kind, Simulator, presets

from .harness import (
    CoreConfig,
    FlowStep,
    HarnessError,
    HomeAssistantClient,
    HomeAssistantInstance,
    until,
)

DOMAIN = "smartcar_dynamic"
HOME = presets.WEST.places["home"]


@dataclass(frozen=True, slots=True)
class Environment:
    """Both, running on loopback."""

    simulator: Simulator
    instance: HomeAssistantInstance

    @property
    def client(self) -> HomeAssistantClient:
        """The client of Home Assistant's first user."""
        return self.instance.client

    @property
    def cars(self) -> tuple[Car, ...]:
        """The cars of the two accounts that the demo sets up."""
        return self.simulator.current_car, self.simulator.dynamic_car

    async def until_loaded(self) -> None:
        """Wait until every config entry of the integration is set up."""

        async def are_loaded() -> bool:
            return all(entry.state == "loaded" for entry in await self.client.entries(DOMAIN))

        await until(are_loaded, "the entries to be set up")

    async def add_entry(self, kind: Kind) -> None:
        """Set up the account of this kind through the config flow, as its owner does."""
        step = await self.client.start_flow(DOMAIN)
        while step.type != "create_entry":
            step = await self._answer(step, kind)
        await self.until_loaded()

    async def _answer(self, step: FlowStep, kind: Kind) -> FlowStep:
        """Answer a step of the config flow and return the next."""
        client, simulator = self.client, self.simulator
        user_input: dict[str, object] = {}
        match step:
            case FlowStep(type="progress"):
                return await until(
                    lambda: self._progressed(step.flow_id), f"the step {step.step_id} to end"
                )
            case FlowStep(errors=errors) if errors:
                raise HarnessError(f"The config flow rejects its step {step.step_id}: {errors}.")
            case FlowStep(step_id="user"):
                user_input = {"next_step_id": kind.value}
            case FlowStep(step_id="current"):
                user_input = {**current_credentials(simulator.application(kind))}
            case FlowStep(step_id="dynamic"):
                user_input = {**dynamic_credentials(simulator.application(kind))}
            case FlowStep(step_id="callback", description_placeholders={"callback_uri": uri}):
                webhook = await simulator.create_webhook(kind, uri)
                following = await client.submit_flow(step.flow_id, user_input)
                verification = await simulator.verify(webhook)
                if not verification.succeeded:
                    raise HarnessError(f"The callback is not verified: {verification.reason}.")
                return following
            case FlowStep(step_id="verified" | "webhook" | "vehicles", data_schema=fields):
                user_input = as_shown(fields)
            case _:
                raise HarnessError(f"The config flow is at {step.step_id}: {step.reason}.")
        return await client.submit_flow(step.flow_id, user_input)

    async def _progressed(self, flow_id: str) -> FlowStep | None:
        step = await self.client.get_flow(flow_id)
        return None if step.type == "progress" else step


@asynccontextmanager
async def run_environment(port: int = 0) -> AsyncIterator[Environment]:
    """Start the simulator and Home Assistant; simulated time stands still until told to run.

    Several environments may run at once: without a port, or with one that is taken, Home Assistant
    gets a free one.
    """
    core_config = CoreConfig(HOME.latitude, HOME.longitude)
    instance = HomeAssistantInstance(core_config, port=port)
    # Smartcar calls Home Assistant by its public address.
    async with Simulator(routes={core_config.external_url: instance.url}) as simulator:
        # Stamps follow the real time from now on, while the cars' own time stands still.
        simulator.run(0)
        instance.env["SMARTCAR_DYNAMIC_SIMULATOR"] = simulator.url
        async with instance:
            yield Environment(simulator, instance)


def as_shown(fields: Sequence[Mapping[str, Any]] | None) -> dict[str, object]:
    """Return the values with which a form is filled in."""
    return {
        field["name"]: value
        for field in fields or ()
        if (value := field.get("description", {}).get("suggested_value", field.get("default")))
        is not None
    }


def current_credentials(application: Application) -> dict[str, str]:
    """Return what Smartcar's dashboard shows for the current platform."""
    return {
        "client_id": application.m2m_id,
        "client_secret": application.m2m_secret,
        "management_token": application.management_token,
    }


def dynamic_credentials(application: Application) -> dict[str, str]:
    """Return what the owner of a dynamic webhook has."""
    if application.tokens is None:
        raise HarnessError("The simulated account has no tokens.")
    return {
        "access_token": application.tokens.access_token,
        "refresh_token": application.tokens.refresh_token,
        "client_id": application.id,
        "client_secret": application.client_secret,
        "management_token": application.management_token,
    }
