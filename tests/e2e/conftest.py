"""What the browser's tests share: one Home Assistant, one simulator, one browser.

Nothing of the browser is imported before it is known to be there, so that the tests can be
collected everywhere.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from demo import logs
from demo.stage import DOMAIN, Stage

if TYPE_CHECKING:
    from demo.browser import Browser

    from .person import Person

type Sit = Callable[..., AbstractAsyncContextManager[Person]]
"""Seats a person at a screen: `album` names the pictures, `phone` makes it a small one."""


@pytest.fixture(scope="session")
def possible(pytestconfig: pytest.Config) -> None:
    """Skip where a browser's test cannot run, and say why."""
    if pytestconfig.pluginmanager.hasplugin("homeassistant"):
        pytest.skip("Home Assistant's test plugin forbids sockets: run script/e2e")
    for package in ("playwright", "hass_frontend"):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed: run script/e2e")
    from demo.browser import find_chromium  # noqa: PLC0415 - may not be there
    from demo.errors import DemoError  # noqa: PLC0415

    try:
        find_chromium()
    except DemoError as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(possible: None) -> AsyncGenerator[Stage]:  # noqa: ARG001 - decides whether
    """Return a Home Assistant and a Smartcar, which all tests use one after another."""
    async with Stage() as stage:
        yield stage
        log = stage.instance.log_text()
    assert not logs.complaints(log)
    assert not logs.leaks(log, stage.simulator)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(possible: None) -> AsyncGenerator[Browser]:  # noqa: ARG001 - decides whether
    """Return the browser."""
    from demo.browser import Browser  # noqa: PLC0415 - may not be there

    async with Browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def stage(running: Stage) -> AsyncGenerator[Stage]:
    """Return the stage, and clear it afterwards."""
    yield running
    simulator = running.simulator
    simulator.clear_faults()
    for entry in await running.api.entries(DOMAIN):
        await running.api.delete_entry(entry.entry_id)
    for webhook in list(simulator.cloud.webhooks.values()):
        simulator.delete_webhook(webhook)
    for car in simulator.cloud.cars.values():
        simulator.set_problem(car, None)


@pytest.fixture
def sit(running: Stage, browser: Browser) -> Sit:
    """Return what seats a person at a screen."""
    from demo.browser import PHONE, WIDE  # noqa: PLC0415 - may not be there

    from .person import Person  # noqa: PLC0415

    @asynccontextmanager
    async def sit(album: str, *, phone: bool = False) -> AsyncIterator[Person]:
        screen = PHONE if phone else WIDE
        async with browser.window(running.instance, screen=screen) as window:
            yield Person(window, screen, album)

    return sit
