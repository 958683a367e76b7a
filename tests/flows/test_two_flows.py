"""Two dialogs about one entry do not disturb each other."""

from simulator import Kind

from .conftest import Owner


async def test_closing_one_dialog_leaves_the_other_waiting(owner: Owner) -> None:
    entry = await owner.live()
    first = await owner.reconfigure(entry, "callback")
    second = await owner.reconfigure(entry, "callback")
    await first.submit()
    await second.submit()
    await second.close()
    webhook = owner.webhook_of(entry)
    assert (await owner.sim.verify(webhook)).succeeded
    await first.confirm()
    assert first.reason == "reconfigure_successful"


async def test_the_newest_dialogs_token_answers(owner: Owner) -> None:
    entry = await owner.live()
    application = owner.dynamic
    first = await owner.reconfigure(entry, "application")
    await first.submit(**owner.v3(application))
    second = await owner.reconfigure(entry, "callback")
    await second.submit()
    assert (await owner.sim.verify(owner.webhook_of(entry))).succeeded
    await second.close()
    webhook = await owner.paste(first, Kind.CURRENT, application=application)
    await first.submit()
    assert (await owner.sim.verify(webhook)).succeeded
    await first.close()
