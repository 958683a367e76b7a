"""What the automation editor offers for a car, and the blueprints, by clicking."""

from playwright.async_api import Locator

from demo.environment import Environment
from simulator import Kind

from .conftest import OpenFrontend
from .frontend import Frontend
from .translations import translation

TRIGGERS = (
    "charging_started",
    "charging_finished",
    "charging_interrupted",
    "plugged_in_not_charging",
    "trip_ended",
)
CONDITIONS = ("is_plugged_in", "is_not_plugged_in", "is_on_trip")
# Home Assistant's own, for the same car.
OF_ZONES = ("Zone entered", "Zone left")


async def choose_car(frontend: Frontend) -> Locator:
    """Choose the car as target in the dialog; return the dialog."""
    dialog = frontend.page.locator("add-automation-element-dialog")
    await dialog.get_by_text("Devices", exact=True).first.click()
    await dialog.get_by_text("Hyundai IONIQ 5").first.click()
    return dialog


async def test_the_editor_offers_what_owners_automate_on(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    await environment.add_entry(Kind.CURRENT)
    await environment.simulator.deliver()
    async with open_frontend("automation") as frontend:
        await frontend.open("/config/automation/edit/new")
        await frontend.press("Add trigger")
        dialog = await choose_car(frontend)
        for text in OF_ZONES:
            await frontend.expect(text, within=dialog)
        for name in TRIGGERS:
            await frontend.expect(translation(f"triggers.{name}.name"), within=dialog)
        last = dialog.get_by_text(translation("triggers.unplugged.name")).first
        await last.scroll_into_view_if_needed()
        await frontend.screenshot("01-triggers")
        text = translation("triggers.plugged_in_not_charging.name")
        await dialog.get_by_text(text).first.click()
        await frontend.expect(translation("triggers.plugged_in_not_charging.fields.for.name"))
        await frontend.screenshot("02-plugged-in-not-charging")
        await frontend.press("Add condition")
        dialog = await choose_car(frontend)
        for name in CONDITIONS:
            await frontend.expect(translation(f"conditions.{name}.name"), within=dialog)
        last = dialog.get_by_text(translation("conditions.is_plugged_in.name")).first
        await last.scroll_into_view_if_needed()
        await frontend.screenshot("03-conditions")


async def test_the_blueprints_are_there_to_try(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    await environment.add_entry(Kind.CURRENT)
    await environment.simulator.deliver()
    async with open_frontend("blueprints") as frontend:
        await frontend.open("/config/blueprint/dashboard")
        await frontend.expect("Smartcar: Charge when it is cheap")
        await frontend.screenshot("01-list")
        await frontend.choose("Smartcar: Charge when it is cheap")
        await frontend.expect("Least battery level")
        await frontend.screenshot("02-form")
