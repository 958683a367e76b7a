"""From "Add integration" to a live battery value, by clicking."""

from demo.environment import Environment, current_credentials, dynamic_credentials
from simulator import Car, Kind

from .conftest import OpenFrontend
from .frontend import Frontend
from .translations import translation


async def test_the_current_platform_on_a_wide_screen(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    application = environment.applications[Kind.CURRENT]
    async with open_frontend("add-current") as frontend:
        await begin(frontend, Kind.CURRENT)
        await frontend.fill({**current_credentials(application), "client_id": application.id})
        await frontend.press("Next", within=frontend.dialog)
        await frontend.expect(translation("config.error.legacy_client_id"))
        await frontend.screenshot("04-wrong-client-id")
        await frontend.fill(current_credentials(application))
        await frontend.press("Next", within=frontend.dialog)
        await verify(frontend, environment, Kind.CURRENT)
        await finish(frontend, environment, environment.cars[Kind.CURRENT], "Hyundai IONIQ 5")


async def test_a_dynamic_webhook_on_a_phone(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    application = environment.applications[Kind.DYNAMIC]
    async with open_frontend("add-dynamic", phone=True) as frontend:
        await begin(frontend, Kind.DYNAMIC)
        await frontend.fill(dynamic_credentials(application))
        await frontend.press("Next", within=frontend.dialog)
        await verify(frontend, environment, Kind.DYNAMIC)
        await finish(frontend, environment, environment.cars[Kind.DYNAMIC], "Renault Zoe")


async def begin(frontend: Frontend, kind: Kind) -> None:
    """Go from the integrations to the form for the credentials."""
    await frontend.open("/config/integrations/dashboard")
    await frontend.press("Add integration")
    await frontend.page.get_by_placeholder("Search for a brand name").fill("Smartcar")
    await frontend.expect(translation("title"))
    await frontend.screenshot("01-search")
    await frontend.choose(translation("title"))
    await frontend.expect(translation("config.step.user.title"))
    await frontend.screenshot("02-generation")
    await frontend.choose(translation(f"config.step.user.menu_options.{kind}"))
    await frontend.expect(translation(f"config.step.{kind}.title"))
    await frontend.screenshot("03-credentials")


async def verify(frontend: Frontend, environment: Environment, kind: Kind) -> None:
    """Give Smartcar the address, and wait for its challenge."""
    await frontend.expect(translation("config.step.callback.title"))
    await frontend.screenshot("05-address")
    webhook = await environment.simulator.create_webhook(
        kind, await frontend.callback_uri(), application=environment.applications[kind]
    )
    await frontend.press("Next", within=frontend.dialog)
    await frontend.expect(translation("config.progress.wait_for_challenge"))
    await frontend.screenshot("06-wait", moving=True)
    verification = await environment.simulator.verify(webhook)
    assert verification.succeeded, verification.reason
    await frontend.expect(translation("config.step.verified.title"))
    await frontend.screenshot("06b-verified")
    await frontend.press("Next", within=frontend.dialog)
    if kind.is_v2:
        await frontend.expect(translation("config.step.webhook.title"))
        await frontend.press("Next", within=frontend.dialog)


async def finish(frontend: Frontend, environment: Environment, car: Car, name: str) -> None:
    """End at the device's page, whose battery follows the car's."""
    await frontend.expect(translation("config.step.vehicles.title"))
    await frontend.screenshot("07-cars")
    await frontend.press("Submit", within=frontend.dialog)
    await frontend.expect("Name and assign")
    await frontend.screenshot("08-done")
    await environment.simulator.deliver(car)
    await frontend.press("Skip and finish", within=frontend.dialog)
    await frontend.expect("Device info")
    await frontend.expect(name)
    await frontend.expect("62%")
    await frontend.screenshot("09-device")
    environment.simulator.act(car, Car.set_state_of_charge, 71)
    await environment.simulator.deliver(car)
    await frontend.expect("71%")
    environment.simulator.act(car, Car.set_state_of_charge, 62)
