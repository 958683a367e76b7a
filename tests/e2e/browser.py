"""Chromium, logged in to a Home Assistant and cut off from everything else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import shutil
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Route, ViewportSize, async_playwright

from demo.harness import HomeAssistantInstance

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@asynccontextmanager
async def launch_browser() -> AsyncIterator[Browser]:
    """Run the installed Chromium without a screen."""
    executable = next(filter(None, map(shutil.which, _NAMES)), None)
    assert executable, "No Chromium was found: script/browser installs it, or says how."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def open_page(
    browser: Browser, instance: HomeAssistantInstance, viewport: ViewportSize
) -> AsyncIterator[Page]:
    """Open a page in which the instance's first user is logged in."""
    context = await browser.new_context(
        viewport=viewport,
        locale="en-GB",
        timezone_id=instance.core_config.time_zone,
        service_workers="block",
    )
    tokens = json.dumps(json.dumps(instance.hass_tokens))
    await context.add_init_script(
        f"if (location.origin === '{instance.url}') localStorage.setItem('hassTokens', {tokens});"
    )
    await context.route("**/*", _only_loopback)
    yield await context.new_page()
    await context.close()


async def _only_loopback(route: Route) -> None:
    if urlsplit(route.request.url).hostname in _LOOPBACK:
        await route.continue_()
    else:
        await route.abort()
