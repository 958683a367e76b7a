"""A browser that is logged in to a Home Assistant instance and reaches nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
from typing import Literal, Self
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser as Chromium,
    BrowserContext,
    Page,
    Playwright,
    Route,
    async_playwright,
)

from demo.errors import DemoError
from demo.instance import HomeAssistantInstance

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Screen:
    """What the person looks at."""

    width: int
    height: int


WIDE = Screen(1280, 900)
PHONE = Screen(412, 900)


class Browser:
    """Chromium on a person's desk: open as many windows as you like."""

    def __init__(self) -> None:
        """Describe it; entering it starts it."""
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None

    async def __aenter__(self) -> Self:
        """Start Chromium."""
        executable = find_chromium()
        self._playwright = await async_playwright().start()
        self._chromium = await self._playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every window and end Chromium."""
        if self._chromium is not None:
            await self._chromium.close()
        if self._playwright is not None:
            await self._playwright.stop()

    @asynccontextmanager
    async def window(
        self,
        instance: HomeAssistantInstance,
        *,
        screen: Screen = WIDE,
        color_scheme: Literal["light", "dark"] = "light",
        logged_in: bool = True,
    ) -> AsyncIterator[Window]:
        """Open a window, logged in as the instance's owner."""
        if self._chromium is None:
            raise DemoError("This browser has not been started yet.")
        context = await self._chromium.new_context(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme=color_scheme,
            locale="en-GB",
            timezone_id=instance.home.time_zone,
            service_workers="block",
        )
        try:
            await context.route("**/*", _only_loopback)
            if logged_in:
                await _log_in(context, instance)
            yield Window(await context.new_page(), instance.url)
        finally:
            await context.close()


@dataclass(frozen=True)
class Window:
    """A window on the frontend; `page` is Playwright's, for locators and clicks."""

    page: Page
    url: str

    async def open(self, path: str = "/") -> None:
        """Go to one of the frontend's pages and wait until its content stands."""
        await self.page.goto(f"{self.url}{path}")
        await self.page.locator("#ha-launch-screen").wait_for(state="detached")
        await self.page.locator("home-assistant-main").wait_for()
        await self.settle()

    async def settle(self) -> None:
        """Wait until no spinner turns and the picture stands still."""
        await self.page.wait_for_function(STANDS_STILL)
        await self.paint()

    async def paint(self) -> None:
        """Wait until what is there has been drawn, though it may move."""
        await self.page.evaluate(TWO_FRAMES)

    async def screenshot(self, path: Path | str) -> None:
        """Save a picture of the window."""
        await self.page.screenshot(path=path)


STANDS_STILL = """() => {
    const moves = (root) =>
        root.getAnimations().some((animation) => animation.playState === "running") ||
        [...root.querySelectorAll("*")].some((element) =>
            (/^(ha-spinner|hass-loading-screen)$/i.test(element.tagName) &&
                element.checkVisibility()) ||
            (element.shadowRoot && moves(element.shadowRoot)));
    return !moves(document);
}"""
TWO_FRAMES = """() => new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(resolve)))"""


def find_chromium() -> str:
    """Return the path of the installed Chromium."""
    for name in NAMES:
        if executable := shutil.which(name):
            return executable
    raise DemoError("No Chromium was found. Run script/browser, which installs it or says how.")


async def _only_loopback(route: Route) -> None:
    if urlsplit(route.request.url).hostname in LOOPBACK_NAMES:
        await route.continue_()
    else:
        await route.abort()


async def _log_in(context: BrowserContext, instance: HomeAssistantInstance) -> None:
    tokens = json.dumps(json.dumps(instance.hass_tokens))
    await context.add_init_script(
        f"if (location.origin === {json.dumps(instance.url)}) "
        f"localStorage.setItem('hassTokens', {tokens});"
    )
