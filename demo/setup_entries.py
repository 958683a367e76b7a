"""Sets up both generations as an owner does: step by step through the config flow."""

from demo.answers import Entry, FlowStep, Json
from demo.errors import DemoError
from demo.home_assistant import HomeAssistant
from demo.stage import DOMAIN, Stage
from demo.waiting import until
from simulator import Application, Kind

PATIENCE = 30


async def add_current(stage: Stage) -> Entry:
    """Add the account on the current platform."""
    application = stage.simulator.application(Kind.CURRENT)
    return await _add(stage, Kind.CURRENT, current_credentials(application))


async def add_dynamic(stage: Stage) -> Entry:
    """Add the account with the dynamic webhook."""
    application = stage.simulator.application(Kind.DYNAMIC)
    return await _add(stage, Kind.DYNAMIC, dynamic_credentials(application))


def current_credentials(application: Application) -> dict[str, str]:
    """Return what the dashboard shows for the current platform."""
    return {
        "client_id": application.m2m_id,
        "client_secret": application.m2m_secret,
        "management_token": application.management_token,
    }


def dynamic_credentials(application: Application) -> dict[str, str]:
    """Return what the owner of a dynamic webhook has."""
    if application.tokens is None:
        raise DemoError("The simulated account has no tokens.")
    return {
        "access_token": application.tokens.access_token,
        "refresh_token": application.tokens.refresh_token,
        "client_id": application.id,
        "client_secret": application.client_secret,
        "management_token": application.management_token,
    }


async def _add(stage: Stage, kind: Kind, credentials: dict[str, str]) -> Entry:
    """Go through the flow; create and verify the webhook in the dashboard meanwhile."""
    api, simulator = stage.api, stage.simulator
    before = {entry.entry_id for entry in await api.entries(DOMAIN)}

    async def answer(at: str, values: Json | None = None) -> FlowStep:
        return await api.answer_flow(_at(at, step).flow_id, values)

    step = await api.start_flow(DOMAIN)
    step = await answer("user", {"next_step_id": kind.value})
    step = await answer(kind.value, dict(credentials))
    uri = _at("callback", step).placeholders["callback_uri"]
    webhook = await simulator.create_webhook(kind, uri)
    step = _at("wait", await answer("callback"))
    verification = await simulator.verify(webhook)
    if not verification.succeeded:
        raise DemoError(f"Smartcar did not verify the callback: {verification.reason}.")
    step = await _after(api, step)
    (cars,) = _at("vehicles", step).raw["data_schema"]
    step = await _after(api, await answer("vehicles", {"vehicles": cars["default"]}))
    if step.type != "create_entry":
        raise DemoError(f"The flow ended with {step.reason or step.type}.")

    async def loaded() -> Entry | None:
        entries = await api.entries(DOMAIN)
        return next(
            (it for it in entries if it.entry_id not in before and it.state == "loaded"), None
        )

    return await until(loaded, "the entry to be set up", seconds=PATIENCE)


async def _after(api: HomeAssistant, step: FlowStep) -> FlowStep:
    """Return what follows a step with a progress bar; looking is what moves a flow on."""

    async def moved_on() -> FlowStep | None:
        now = await api.look_at_flow(step.flow_id)
        return None if now.type == "progress" else now

    if step.type != "progress":
        return step
    return await until(moved_on, f"the flow to go on from {step.step_id}", seconds=PATIENCE)


def _at(step_id: str, step: FlowStep) -> FlowStep:
    """Return the step if it is the expected one."""
    if step.step_id != step_id:
        said = step.reason or step.errors or step.type
        raise DemoError(f"The flow stands at {step.step_id} and not at {step_id}: {said}.")
    return step
