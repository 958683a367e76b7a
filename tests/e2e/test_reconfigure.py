"""What is behind "Reconfigure": the move to the current platform, and the check."""

from typing import TYPE_CHECKING

import pytest

from demo.comparison import compare
from demo.setup_entries import add_current, add_dynamic, current_credentials
from demo.stage import DOMAIN
from simulator import Car, Kind

from .wording import wording

if TYPE_CHECKING:
    from demo.stage import Stage

    from .conftest import Sit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_move_a_dynamic_entry_to_the_current_platform(stage: Stage, sit: Sit) -> None:
    simulator, car = stage.simulator, stage.simulator.dynamic_car
    application = simulator.application(Kind.DYNAMIC)
    await add_dynamic(stage)
    await simulator.deliver(car)
    await compare(stage)
    before = {entity.unique_id: entity for entity in await stage.api.entities(DOMAIN)}
    async with sit("move") as person:
        await person.reconfigure()
        await person.look("01-reconfigure")
        await person.choose(wording("config.step.reconfigure.menu_options.move"))
        await person.sees(wording("config.step.move.title"))
        await person.look("02-credentials")
        await person.fill(current_credentials(application))
        await person.press("Next", within=person.dialog)
        await person.sees(wording("config.step.callback.title"))
        old = next(iter(simulator.cloud.webhooks.values()))
        webhook = await simulator.create_webhook(
            Kind.CURRENT, await person.read_address(), application=application
        )
        assert webhook.callback_uri == old.callback_uri
        await person.press("Next", within=person.dialog)
        await person.sees(wording("config.progress.wait_for_challenge"))
        await simulator.verify(webhook)
        await person.sees("successful", within=person.dialog)
        await person.look("03-moved")
        await person.press("Close", within=person.dialog)
    await stage.until_loaded()
    simulator.delete_webhook(old)
    simulator.act(car, Car.set_state_of_charge, 55)
    deliveries = await simulator.deliver(car)
    assert {delivery.event.type for delivery in deliveries} == {"VEHICLE_STATE", "VEHICLE_ERROR"}
    after = {entity.unique_id: entity for entity in await stage.api.entities(DOMAIN)}
    assert {key: after[key].entity_id for key in before} == {
        key: entity.entity_id for key, entity in before.items()
    }
    battery = await stage.api.state(before[f"{car.id}_tractionbattery-stateofcharge"].entity_id)
    assert battery is not None
    assert battery.state == "55"
    assert not await stage.api.issues(DOMAIN)


async def test_the_check_tells_every_link_of_the_chain(stage: Stage, sit: Sit) -> None:
    await add_current(stage)
    await stage.simulator.deliver()
    async with sit("check") as person:
        await person.reconfigure()
        await person.choose(wording("config.step.reconfigure.menu_options.check"))
        await person.sees(wording("common.check_credentials_ok"))
        await person.sees(wording("common.check_webhook_ok", name="Current webhook"))
        await person.look("01-all-well")
        stage.simulator.set_enabled(next(iter(stage.simulator.cloud.webhooks)), enabled=False)
        await person.choose(wording("config.step.check.menu_options.check"))
        await person.sees(wording("common.check_webhook_disabled", name="Current webhook"))
        await person.look("02-disabled")
        await person.give_up()
