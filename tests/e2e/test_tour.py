"""The steps off the straight way, for the eye: each opens, and looks as it should."""

from typing import TYPE_CHECKING

import pytest

from demo.setup_entries import add_current, add_dynamic, current_credentials
from demo.stage import DOMAIN
from simulator import Kind

from .wording import wording

if TYPE_CHECKING:
    from demo.stage import Stage

    from .conftest import Sit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_without_a_public_address(stage: Stage, sit: Sit) -> None:
    application = stage.simulator.application(Kind.CURRENT)
    home = stage.instance.home
    await stage.api.command("config/core/update", external_url="http://homeassistant.local:8123")
    try:
        async with sit("no-address") as person:
            await person.open(f"/_my_redirect/config_flow_start?domain={DOMAIN}")
            await person.agree()
            await person.choose(wording("config.step.user.menu_options.current"))
            await person.fill(current_credentials(application))
            await person.press("Next", within=person.dialog)
            await person.sees(wording("config.step.no_address.title"))
            await person.look("01-what-is-missing")
            await person.give_up()
    finally:
        await stage.api.command("config/core/update", external_url=home.external_url)


async def test_the_options_and_a_rejected_secret(stage: Stage, sit: Sit) -> None:
    entry = await add_current(stage)
    await stage.simulator.deliver()
    async with sit("later") as person:
        await person.open(f"/config/integrations/integration/{DOMAIN}")
        await person.press("Configure")
        await person.sees(wording("options.step.init.title"))
        await person.look("01-options")
        await person.give_up()
        stage.simulator.reject_credentials()
        stage.simulator.expire_tokens()
        await stage.api.reload_entry(entry.entry_id)
        await person.press("Reconfigure")
        await person.sees(wording("config.step.reauth_confirm.title"))
        await person.look("02-reauthenticate")


async def test_the_forms_behind_reconfigure(stage: Stage, sit: Sit) -> None:
    await add_dynamic(stage)
    async with sit("forms") as person:
        for number, step in enumerate(("management_token", "credentials", "webhook_id"), start=1):
            await person.reconfigure()
            await person.choose(wording(f"config.step.reconfigure.menu_options.{step}"))
            await person.sees(wording(f"config.step.{step}.description"))
            await person.look(f"{number:02}-{step}")
            await person.give_up()
