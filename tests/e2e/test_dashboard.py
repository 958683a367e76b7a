"""The demo's dashboard with both cars."""

from demo.comparison import compare
from demo.dashboard import add_dashboard
from demo.environment import Environment
from simulator import Kind

from .conftest import OpenFrontend


async def test_both_cars_are_on_the_dashboard(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    await environment.add_entry(Kind.CURRENT)
    await environment.add_entry(Kind.DYNAMIC)
    await environment.simulator.deliver()
    await compare(environment)
    path = await add_dashboard(environment.client)
    async with open_frontend("dashboard") as frontend:
        await frontend.open(path)
        await frontend.expect("Hyundai IONIQ 5")
        await frontend.expect("Renault Zoe")
        await frontend.expect("195 km")
        await frontend.screenshot("01-cars")
