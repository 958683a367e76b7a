"""Home Assistant's frontend as a person uses it: look for words, click, type."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
import re
from typing import Literal

from playwright.async_api import Locator, Page, ViewportSize, expect

from demo.environment import DOMAIN

from .translations import translation

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 412, "height": 900}

_SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
_TIMEOUT = 20_000
_VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_STANDS_STILL = """() => {
    const moves = (root) =>
        root.getAnimations().some((animation) => animation.playState === "running") ||
        [...root.querySelectorAll("*")].some((element) =>
            (/^(ha-spinner|hass-loading-screen)$/i.test(element.tagName) &&
                element.checkVisibility()) ||
            (element.shadowRoot && moves(element.shadowRoot)));
    return !moves(document);
}"""
_IS_DRAWN = """() => new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(resolve)))"""


@dataclass(frozen=True)
class Frontend:
    """A page of the frontend; `name` begins the names of its screenshots."""

    page: Page
    url: str
    viewport: ViewportSize
    name: str

    @property
    def dialog(self) -> Locator:
        """The open dialog of a flow."""
        return self.page.locator("dialog-data-entry-flow")

    async def open(self, path: str) -> None:
        """Go to a path and wait until its content is there."""
        await self.page.goto(f"{self.url}{path}")
        await self.page.locator("#ha-launch-screen").wait_for(state="detached")
        await self.page.locator("home-assistant-main").wait_for()
        await self.page.wait_for_function(_STANDS_STILL)

    async def screenshot(self, name: str, *, moving: bool = False) -> None:
        """Save pictures of the page: light and dark, on a desktop and on a phone."""
        for form, viewport in _VIEWPORTS.items():
            await self.page.set_viewport_size(viewport)
            for scheme in SCHEMES:
                await self.draw(scheme, moving=moving)
                path = _SCREENSHOTS / f"{self.name}-{name}-{form}-{scheme}.png"
                await self.page.screenshot(path=path)
        await self.page.set_viewport_size(self.viewport)
        await self.page.emulate_media(color_scheme="light")

    async def draw(self, scheme: Literal["light", "dark"], *, moving: bool = False) -> None:
        """Wait until the page is drawn in a colour scheme, and stands still unless it moves."""
        await self.page.emulate_media(color_scheme=scheme)
        await self.page.evaluate(_IS_DRAWN)
        if not moving:
            await self.page.wait_for_function(_STANDS_STILL)
            await self.page.evaluate(_IS_DRAWN)

    async def expect(self, text: str, *, within: Locator | None = None) -> None:
        """Wait until a text is on the page."""
        await expect((within or self.page).get_by_text(text).first).to_be_visible(timeout=_TIMEOUT)

    async def expect_no(self, text: str) -> None:
        """Wait until a text is gone from the page."""
        await expect(self.page.get_by_text(text)).to_have_count(0, timeout=_TIMEOUT)

    async def press(self, label: str, *, within: Locator | None = None) -> None:
        """Click a button."""
        button = (within or self.page).get_by_role("button", name=label, exact=True)
        await button.first.click(timeout=_TIMEOUT)

    async def choose(self, text: str) -> None:
        """Click a text."""
        await self.page.get_by_text(text, exact=True).first.click(timeout=_TIMEOUT)

    @asynccontextmanager
    async def follow(self, text: str) -> AsyncIterator[Frontend]:
        """Follow a link of the dialog that opens another page, and close that in the end."""
        async with self.page.expect_popup() as opened:
            await self.dialog.get_by_role("link", name=text).click(timeout=_TIMEOUT)
        page = await opened.value
        yield replace(self, page=page)
        await page.close()

    async def fill(self, values: Mapping[str, str]) -> None:
        """Fill in fields of the dialog by their names."""
        for name, value in values.items():
            await self.dialog.locator(f'input[name="{name}"]').fill(value, timeout=_TIMEOUT)

    async def callback_uri(self) -> str:
        """Return the callback URI that the dialog shows to copy."""
        code = self.dialog.locator("code").filter(has_text=re.compile("^https://"))
        return (await code.first.inner_text(timeout=_TIMEOUT)).strip()

    async def close_dialog(self) -> None:
        """Close the dialog before its end, and wait until Home Assistant knows."""
        async with self.page.expect_response(lambda it: it.request.method == "DELETE"):
            await self.press("Close", within=self.dialog)

    async def start_flow(self) -> None:
        """Open the link that starts the config flow, and confirm it."""
        await self.open(f"/_my_redirect/config_flow_start?domain={DOMAIN}")
        await self.press("OK", within=self.page.locator("dialog-box"))

    async def reconfigure(self) -> None:
        """Open "Reconfigure" of the integration's first entry."""
        await self.open(f"/config/integrations/integration/{DOMAIN}")
        await self.press("Menu", within=self.page.locator("ha-config-entry-row"))
        await self.choose("Reconfigure")
        await self.expect(
            translation("config.step.reconfigure.menu_options.check"), within=self.dialog
        )
