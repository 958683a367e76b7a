"""The demo's dashboard with both cars."""

from typing import TYPE_CHECKING

import pytest

from demo.check import show_cars
from demo.comparison import compare
from demo.setup_entries import add_current, add_dynamic

if TYPE_CHECKING:
    from demo.stage import Stage

    from .conftest import Sit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_both_cars_are_on_the_dashboard(stage: Stage, sit: Sit) -> None:
    await add_current(stage)
    await add_dynamic(stage)
    await stage.simulator.deliver()
    await compare(stage)
    path = await show_cars(stage)
    async with sit("dashboard") as person:
        await person.open(path)
        await person.sees("Hyundai IONIQ 5")
        await person.sees("Renault Zoe")
        await person.sees("195 km")
        await person.look("01-cars")
