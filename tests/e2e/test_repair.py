"""An owner logs in again, led by the repair."""

from typing import TYPE_CHECKING

import pytest

from demo.reauthentication import repair_of, revoke
from demo.setup_entries import add_current

from .wording import wording

if TYPE_CHECKING:
    from demo.stage import Stage

    from .conftest import Sit

pytestmark = pytest.mark.asyncio(loop_scope="session")

REPAIR = "issues.reauthentication_required"
TITLE = wording(f"{REPAIR}.title", vehicle="Hyundai IONIQ 5")


async def test_log_in_again_from_the_repair(stage: Stage, sit: Sit) -> None:
    car = stage.simulator.current_car
    await add_current(stage)
    await stage.simulator.deliver(car)
    await revoke(stage, car)
    description = wording(f"{REPAIR}.fix_flow.step.confirm.description")
    async with sit("repair") as person:
        await person.open("/config/repairs")
        await person.sees(TITLE)
        await person.look("01-repairs")
        await person.choose(TITLE)
        await person.sees(description, within=person.dialog)
        await person.look("02-what-to-do")
        await person.press("Submit", within=person.dialog)
        await person.sees(wording(f"{REPAIR}.fix_flow.error.not_resolved"), within=person.dialog)
        await person.look("03-too-early")
        async with person.follow("Smartcar Connect") as connect:
            await connect.sees("lost its connection")
            await connect.press("Log in again")
            await connect.sees("You can close this page")
        await person.press("Submit", within=person.dialog)
        await person.sees("The issue is repaired!", within=person.dialog)
        await person.look("04-done")
        await person.press("Finish", within=person.dialog)
        await person.sees_no_more(TITLE)
        await person.look("05-no-repairs")
    assert await repair_of(stage, car) is None
