"""What the browser tests share: one Home Assistant, one simulator, one browser."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from playwright.async_api import Browser
import pytest

from demo.environment import DOMAIN, Environment, run_environment

from .browser import launch_browser, open_page
from .frontend import DESKTOP, PHONE, Frontend

type OpenFrontend = Callable[..., AbstractAsyncContextManager[Frontend]]
"""Opens the frontend: `name` begins the names of its screenshots, `phone` makes it a small one."""


@pytest.fixture(scope="session")
async def running() -> AsyncGenerator[Environment]:
    """Return the environment that all tests use, one after another."""
    async with run_environment() as environment:
        yield environment
        assert not environment.instance.warnings()


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Return the browser."""
    async with launch_browser() as browser:
        yield browser


@pytest.fixture
async def environment(running: Environment) -> AsyncGenerator[Environment]:
    """Return the environment, and take back afterwards what a test did to it."""
    yield running
    simulator = running.simulator
    simulator.clear_faults()
    for entry in await running.client.entries(DOMAIN):
        await running.client.delete_entry(entry.entry_id)
    for webhook in list(simulator.cloud.webhooks.values()):
        simulator.delete_webhook(webhook)
    for car in simulator.cloud.cars.values():
        simulator.set_problem(car, None)


@pytest.fixture
def open_frontend(running: Environment, browser: Browser) -> OpenFrontend:
    """Return what opens the frontend."""

    @asynccontextmanager
    async def open_frontend(name: str, *, phone: bool = False) -> AsyncIterator[Frontend]:
        viewport = PHONE if phone else DESKTOP
        async with open_page(browser, running.instance, viewport) as page:
            yield Frontend(page, running.instance.url, viewport, name)

    return open_frontend
