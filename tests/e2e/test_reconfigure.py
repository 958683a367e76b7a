"""What is behind "Reconfigure": the move to the current platform, and the check."""

from demo.comparison import compare
from demo.environment import DOMAIN, Environment, current_credentials
from simulator import Car, Kind

from .conftest import OpenFrontend
from .translations import translation


async def test_move_a_dynamic_entry_to_the_current_platform(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    simulator, car = environment.simulator, environment.cars[Kind.DYNAMIC]
    application = environment.applications[Kind.DYNAMIC]
    await environment.add_entry(Kind.DYNAMIC)
    await simulator.deliver(car)
    await compare(environment)
    before = {entity.unique_id: entity for entity in await environment.client.entities(DOMAIN)}
    async with open_frontend("move") as frontend:
        await frontend.reconfigure()
        await frontend.screenshot("01-reconfigure")
        await frontend.choose(translation("config.step.reconfigure.menu_options.move"))
        await frontend.expect(translation("config.step.move.title"))
        await frontend.screenshot("02-credentials")
        await frontend.fill(current_credentials(application))
        await frontend.press("Next", within=frontend.dialog)
        await frontend.expect(translation("config.step.callback.title"))
        old = next(iter(simulator.cloud.webhooks.values()))
        webhook = await simulator.create_webhook(
            Kind.CURRENT, await frontend.callback_uri(), application=application
        )
        assert webhook.callback_uri == old.callback_uri
        await frontend.press("Next", within=frontend.dialog)
        await frontend.expect(translation("config.progress.wait_for_challenge"))
        await simulator.verify(webhook)
        await frontend.expect(translation("config.step.verified.title"))
        await frontend.choose(translation("selector.verification.options.verified"))
        await frontend.press("Next", within=frontend.dialog)
        await frontend.expect(translation("config.abort.moved"), within=frontend.dialog)
        await frontend.screenshot("03-moved")
        await frontend.press("Close", within=frontend.dialog)
    await environment.until_loaded()
    simulator.delete_webhook(old)
    simulator.act(car, Car.set_state_of_charge, 55)
    deliveries = await simulator.deliver(car)
    assert {delivery.event.type for delivery in deliveries} == {"VEHICLE_STATE", "VEHICLE_ERROR"}
    after = {entity.unique_id: entity for entity in await environment.client.entities(DOMAIN)}
    assert {key: after[key].entity_id for key in before} == {
        key: entity.entity_id for key, entity in before.items()
    }
    states = await environment.client.states()
    battery = after[f"{car.id}_tractionbattery-stateofcharge"].entity_id
    assert states[battery].state == "55"
    assert not await environment.client.issues(DOMAIN)


async def test_the_check_tells_every_link_of_the_chain(
    environment: Environment, open_frontend: OpenFrontend
) -> None:
    await environment.add_entry(Kind.CURRENT)
    await environment.simulator.deliver()
    async with open_frontend("check") as frontend:
        await frontend.reconfigure()
        await frontend.choose(translation("config.step.reconfigure.menu_options.check"))
        await frontend.expect(translation("common.check_credentials_ok"))
        await frontend.expect(translation("common.check_webhook_ok", name="Current webhook"))
        await frontend.screenshot("01-all-well")
        environment.simulator.set_enabled(
            next(iter(environment.simulator.cloud.webhooks)), enabled=False
        )
        await frontend.choose(translation("config.step.check.menu_options.check"))
        await frontend.expect(translation("common.check_webhook_disabled", name="Current webhook"))
        await frontend.screenshot("02-disabled")
        await frontend.close_dialog()
