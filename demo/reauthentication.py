"""An owner's account is revoked and healed, and Home Assistant says so meanwhile."""

from aiohttp import ClientSession

from demo.answers import Issue
from demo.errors import DemoError
from demo.stage import DOMAIN, Stage
from demo.truth import STANDING_KEYS, UNAVAILABLE
from demo.waiting import until
from simulator import Car

KEY = "reauthentication_required"
PATIENCE = 20


async def revoke(stage: Stage, car: Car) -> Issue:
    """Revoke the account of a car and return the repair, which names that car."""
    stage.simulator.revoke(car)
    await stage.simulator.deliver(car)

    async def asked() -> Issue | None:
        return await repair_of(stage, car)

    issue = await until(asked, f"the repair that asks for a login of {car.name}", seconds=PATIENCE)
    name = await _device_name(stage, car)
    if issue.placeholders.get("vehicle") != name:
        raise DemoError(f"The repair names {issue.placeholders.get('vehicle')} and not {name}.")
    await until(
        lambda: _is_unavailable(stage, car),
        f"the entities of {car.name} to be unavailable",
        seconds=PATIENCE,
    )
    return issue


async def log_in_again(stage: Stage, car: Car, issue: Issue) -> None:
    """Go through the repair as the owner does: its link, Smartcar Connect, Submit; it goes."""
    step = await stage.api.start_repair(issue)
    refused = await stage.api.answer_repair(step.flow_id)
    if refused.errors.get("base") != "not_resolved":
        raise DemoError("The repair closed although nobody had logged in.")
    async with (
        ClientSession() as browser,
        browser.post(step.placeholders["url"], data={"action": "allow"}) as page,
    ):
        if not page.ok:
            raise DemoError(f"Smartcar Connect answered {page.status}: {await page.text()}")

    async def is_gone() -> bool:
        return await repair_of(stage, car) is None

    await until(is_gone, f"the repair of {car.name} to go", seconds=PATIENCE)
    done = await stage.api.answer_repair(step.flow_id)
    if done.type != "create_entry":
        raise DemoError(f"The repair did not close after the login: {done.errors or done.type}.")


async def repair_of(stage: Stage, car: Car) -> Issue | None:
    """Return the repair that asks for a login of a car."""
    issues = await stage.api.issues(DOMAIN)
    return next(
        (it for it in issues if it.issue_id.startswith(KEY) and it.issue_id.endswith(car.id)), None
    )


async def _device_name(stage: Stage, car: Car) -> str | None:
    devices = await stage.api.devices(DOMAIN)
    return next((it.name for it in devices if (DOMAIN, car.id) in it.identifiers), None)


async def _is_unavailable(stage: Stage, car: Car) -> bool:
    """Tell whether the car's entities are, but for those that say how it stands."""
    states, prefix = await stage.api.states(), f"{car.id}_"
    return all(
        states[entity.entity_id].state == UNAVAILABLE
        for entity in await stage.api.entities(DOMAIN)
        if entity.unique_id.startswith(prefix)
        and entity.unique_id.removeprefix(prefix) not in STANDING_KEYS
        and entity.entity_id in states
    )
