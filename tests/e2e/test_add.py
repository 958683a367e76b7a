"""From "Add integration" to a live battery value, by clicking."""

from typing import TYPE_CHECKING

import pytest

from demo.setup_entries import current_credentials, dynamic_credentials
from simulator import Car, Kind

from .wording import wording

if TYPE_CHECKING:
    from demo.stage import Stage

    from .conftest import Sit
    from .person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_current_platform_on_a_wide_screen(stage: Stage, sit: Sit) -> None:
    application = stage.simulator.application(Kind.CURRENT)
    async with sit("add-current") as person:
        await begin(person, Kind.CURRENT)
        await person.fill({**current_credentials(application), "client_id": application.id})
        await person.press("Next", within=person.dialog)
        await person.sees(wording("config.error.legacy_client_id"))
        await person.look("04-wrong-client-id")
        await person.fill(current_credentials(application))
        await person.press("Next", within=person.dialog)
        await verify(person, stage, Kind.CURRENT)
        await finish(person, stage, stage.simulator.current_car, "Hyundai IONIQ 5")


async def test_a_dynamic_webhook_on_a_phone(stage: Stage, sit: Sit) -> None:
    application = stage.simulator.application(Kind.DYNAMIC)
    async with sit("add-dynamic", phone=True) as person:
        await begin(person, Kind.DYNAMIC)
        await person.fill(dynamic_credentials(application))
        await person.press("Next", within=person.dialog)
        await verify(person, stage, Kind.DYNAMIC)
        await finish(person, stage, stage.simulator.dynamic_car, "Renault Zoe")


async def begin(person: Person, kind: Kind) -> None:
    """Go from the integrations to the form for the credentials."""
    await person.open("/config/integrations/dashboard")
    await person.press("Add integration")
    await person.page.get_by_placeholder("Search for a brand name").fill("Smartcar")
    await person.sees(wording("title"))
    await person.look("01-search")
    await person.choose(wording("title"))
    await person.sees(wording("config.step.user.title"))
    await person.look("02-generation")
    await person.choose(wording(f"config.step.user.menu_options.{kind}"))
    await person.sees(wording(f"config.step.{kind}.title"))
    await person.look("03-credentials")


async def verify(person: Person, stage: Stage, kind: Kind) -> None:
    """Give Smartcar the address, and wait for its challenge."""
    await person.sees(wording("config.step.callback.title"))
    await person.look("05-address")
    webhook = await stage.simulator.create_webhook(kind, await person.read_address())
    await person.press("Next", within=person.dialog)
    await person.sees(wording("config.progress.wait_for_challenge"))
    await person.look("06-wait", moving=True)
    verification = await stage.simulator.verify(webhook)
    assert verification.succeeded, verification.reason


async def finish(person: Person, stage: Stage, car: Car, name: str) -> None:
    """End at the device's page, whose battery follows the car's."""
    await person.sees(wording("config.step.vehicles.title"))
    await person.look("07-cars")
    await person.press("Submit", within=person.dialog)
    await person.sees("Name and assign")
    await person.look("08-done")
    await stage.simulator.deliver(car)
    await person.press("Skip and finish", within=person.dialog)
    await person.sees("Device info")
    await person.sees(name)
    await person.sees("62%")
    await person.look("09-device")
    stage.simulator.act(car, Car.set_state_of_charge, 71)
    await stage.simulator.deliver(car)
    await person.sees("71%")
    stage.simulator.act(car, Car.set_state_of_charge, 62)
