"""A simulated Smartcar, and a real Home Assistant that takes it for the real one."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator import ALL_CONTROLS, Application, Car, Kind, Place, Simulator, presets

from .harness import (
    CoreConfig,
    FlowStep,
    HarnessError,
    HomeAssistantClient,
    HomeAssistantInstance,
    until,
)

DOMAIN = "smartcar_dynamic"
SPARE_APPLICATION = "Home Assistant (spare)"

_HOME = presets.WEST.places["home"]
_TO_DAHLEM = presets.Commute(
    (
        Place(52.4043, 13.0388),
        Place(52.3989, 13.0657),
        Place(52.3917, 13.0964),
        Place(52.4051, 13.1534),
        Place(52.4162, 13.2094),
        Place(52.4340, 13.2590),
        Place(52.4527, 13.2900),
    )
)


@dataclass(frozen=True, slots=True)
class Environment:
    """Both, running on loopback, with the application and the car of each kind of entry.

    The simulator has a spare application with a car of its own, which nobody has set up.
    """

    simulator: Simulator
    instance: HomeAssistantInstance
    applications: Mapping[Kind, Application]
    cars: Mapping[Kind, Car]

    @property
    def client(self) -> HomeAssistantClient:
        """The client of Home Assistant's first user."""
        return self.instance.client

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
        client, application = self.client, self.applications[kind]
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
                user_input = {**current_credentials(application)}
            case FlowStep(step_id="dynamic"):
                user_input = {**dynamic_credentials(application)}
            case FlowStep(step_id="callback", description_placeholders={"callback_uri": uri}):
                webhook = await self.simulator.create_webhook(kind, uri, application=application)
                following = await client.submit_flow(step.flow_id, user_input)
                verification = await self.simulator.verify(webhook)
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
async def run_environment(
    port: int = 0, *, start: datetime | None = None, integrations: Iterable[Path] = ()
) -> AsyncIterator[Environment]:
    """Start the simulator and Home Assistant; the cars' time stands still until told otherwise.

    Without a start, deliveries are dated with the real time, however fast the cars live. With one,
    which has to be in the past, they are dated with the cars' time.

    `integrations` are custom integrations beside ours.

    Several environments may run at once: without a port, or with one that is taken, Home Assistant
    gets a free one.
    """
    core_config = CoreConfig(_HOME.latitude, _HOME.longitude)
    instance = HomeAssistantInstance(core_config, port=port, integrations=integrations)
    # Smartcar calls Home Assistant by its public address.
    routes = {core_config.external_url: instance.url}
    async with Simulator(routes=routes, start=start) as simulator:
        if start is None:
            simulator.run(0)
        instance.env["SMARTCAR_DYNAMIC_SIMULATOR"] = simulator.url
        kinds = (Kind.CURRENT, Kind.DYNAMIC)
        applications = {kind: simulator.application(kind) for kind in kinds}
        cars = {Kind.CURRENT: simulator.current_car, Kind.DYNAMIC: simulator.dynamic_car}
        _move_home(cars[Kind.CURRENT])
        _grant_commands(simulator, cars[Kind.CURRENT])
        _add_spare(simulator)
        for car in simulator.cloud.cars.values():
            # As Home Assistant calls its device.
            car.name = f"{car.model.make.title()} {car.model.model}"
        async with instance:
            yield Environment(simulator, instance, applications, cars)


def _move_home(car: Car) -> None:
    """Let a car live where Home Assistant is."""
    car.places, car.routes = _TO_DAHLEM.places, _TO_DAHLEM.routes
    car.position = car.places["home"]


def _grant_commands(simulator: Simulator, car: Car) -> None:
    """Let the owner of a car permit every command."""
    simulator.set_permissions(car, simulator.connection(car).permissions | ALL_CONTROLS)


def _add_spare(simulator: Simulator) -> None:
    """Add an application with a car, for whoever wants to try the set-up."""
    application = presets.build_application(simulator.cloud, SPARE_APPLICATION)
    model = replace(presets.CROSSOVER, make="KIA", model="EV6", year=2024)
    car = simulator.add_car("Spare", application=application, model=model)
    _grant_commands(simulator, car)
    simulator.issue_tokens(application)


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
