"""The dialogs beside the straight way: each opens, for the eye to look at its pictures."""

from demo.environment import DOMAIN, Environment, current_credentials
from simulator import Kind

from .conftest import OpenFrontend
from .translations import translation


async def test_without_a_public_address(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    application = environment.applications[Kind.CURRENT]
    external_url = environment.instance.core_config.external_url
    await environment.client.command(
        "config/core/update", external_url="http://homeassistant.local:8123"
    )
    try:
        async with open_frontend("no-address") as frontend:
            await frontend.start_flow()
            await frontend.choose(translation("config.step.user.menu_options.current"))
            await frontend.fill(current_credentials(application))
            await frontend.press("Next", within=frontend.dialog)
            await frontend.expect(translation("config.step.no_address.title"))
            await frontend.screenshot("01-what-is-missing")
            await frontend.close_dialog()
    finally:
        await environment.client.command("config/core/update", external_url=external_url)


async def test_the_options(environment: Environment, open_frontend: OpenFrontend) -> None:
    await environment.add_entry(Kind.CURRENT)
    async with open_frontend("options") as frontend:
        await frontend.open(f"/config/integrations/integration/{DOMAIN}")
        await frontend.press("Configure")
        await frontend.expect(translation("options.step.init.description"))
        await frontend.screenshot("01-cars")
        await frontend.close_dialog()


async def test_credentials_that_smartcar_rejects(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    await environment.add_entry(Kind.CURRENT)
    environment.simulator.reject_credentials()
    environment.simulator.expire_tokens()
    (entry,) = await environment.client.entries(DOMAIN)
    await environment.client.reload_entry(entry.entry_id)
    async with open_frontend("reauthentication") as frontend:
        await frontend.open(f"/config/integrations/integration/{DOMAIN}")
        await frontend.press("Reconfigure")
        await frontend.expect(translation("config.step.reauth_confirm.title"))
        await frontend.screenshot("01-credentials")


async def test_the_forms_behind_reconfigure(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    await environment.add_entry(Kind.DYNAMIC)
    async with open_frontend("forms") as frontend:
        for number, step in enumerate(("management_token", "credentials", "webhook_id"), start=1):
            await frontend.reconfigure()
            await frontend.choose(translation(f"config.step.reconfigure.menu_options.{step}"))
            await frontend.expect(translation(f"config.step.{step}.description"))
            await frontend.screenshot(f"{number:02}-{step}")
            await frontend.close_dialog()
