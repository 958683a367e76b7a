"""Taking over from another Smartcar integration, and going back, by clicking."""

from playwright.async_api import Browser

from demo.environment import DOMAIN, run_environment
from demo.other import OTHER_DOMAIN, OTHER_INTEGRATION, TITLE, add_other_entry
from simulator import Car, Kind

from .browser import open_page
from .frontend import DESKTOP, Frontend
from .translations import translation


async def test_there_and_back(browser: Browser) -> None:
    async with run_environment(integrations=[OTHER_INTEGRATION]) as environment:
        client, car = environment.client, environment.cars[Kind.CURRENT]
        await add_other_entry(environment)
        before = {entity.entity_id for entity in await client.entities(OTHER_DOMAIN)}
        async with open_page(browser, environment.instance, DESKTOP) as page:
            frontend = Frontend(page, environment.instance.url, DESKTOP, "takeover")
            await frontend.start_flow()
            await frontend.expect(translation("config.step.user.title"))
            await frontend.screenshot("01-menu")
            await frontend.choose(translation("config.step.user.menu_options.takeover"))
            await frontend.expect(
                translation("config.step.takeover_confirm.title", entry=TITLE),
                within=frontend.dialog,
            )
            await frontend.screenshot("02-plan")
            await frontend.press("Submit", within=frontend.dialog)
            await frontend.expect("entities were taken over from", within=frontend.dialog)
            await frontend.screenshot("03-taken-over")
            await environment.until_loaded()
            ours = {entity.entity_id for entity in await client.entities(DOMAIN)}
            left = {entity.entity_id for entity in await client.entities(OTHER_DOMAIN)}
            assert before - left <= ours
            assert len(before - left) > 20
            environment.simulator.act(car, Car.set_state_of_charge, 41)
            await environment.simulator.deliver(car)
            (battery,) = (it for it in before if it.endswith("_battery_level"))
            assert (await client.states())[battery].state == "41"
            await frontend.reconfigure()
            await frontend.choose(translation("config.step.reconfigure.menu_options.go_back"))
            await frontend.expect(
                translation("config.step.go_back.title", entry=TITLE), within=frontend.dialog
            )
            await frontend.screenshot("04-go-back")
            await frontend.press("Submit", within=frontend.dialog)
            await frontend.expect(translation("config.abort.went_back"), within=frontend.dialog)
            await frontend.screenshot("05-went-back")
        assert {entity.entity_id for entity in await client.entities(OTHER_DOMAIN)} == before
        assert (await client.states())[battery].state == "55"
        assert not await client.entries(DOMAIN)
        assert not environment.instance.warnings()
