"""An owner logs in again, led by the repair."""

from demo.environment import DOMAIN, Environment
from simulator import Kind

from .conftest import OpenFrontend
from .translations import translation

REPAIR = "issues.reauthentication_required"
TITLE = translation(f"{REPAIR}.title", vehicle="Hyundai IONIQ 5")


async def test_log_in_again_from_the_repair(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    car = environment.cars[Kind.CURRENT]
    await environment.add_entry(Kind.CURRENT)
    await environment.simulator.deliver(car)
    environment.simulator.revoke(car)
    await environment.simulator.deliver(car)
    description = translation(f"{REPAIR}.fix_flow.step.confirm.description")
    async with open_frontend("repair") as frontend:
        await frontend.open("/config/repairs")
        await frontend.expect(TITLE)
        await frontend.screenshot("01-repairs")
        await frontend.choose(TITLE)
        await frontend.expect(description, within=frontend.dialog)
        await frontend.screenshot("02-what-to-do")
        await frontend.press("Submit", within=frontend.dialog)
        await frontend.expect(
            translation(f"{REPAIR}.fix_flow.error.not_resolved"), within=frontend.dialog
        )
        await frontend.screenshot("03-too-early")
        async with frontend.follow("Smartcar Connect") as connect:
            await connect.expect("lost its connection")
            await connect.press("Log in again")
            await connect.expect("You can close this page")
        await frontend.press("Submit", within=frontend.dialog)
        await frontend.expect("The issue is repaired!", within=frontend.dialog)
        await frontend.screenshot("04-done")
        await frontend.press("Finish", within=frontend.dialog)
        await frontend.expect_no(TITLE)
        await frontend.screenshot("05-no-repairs")
    assert not await environment.client.issues(DOMAIN)
