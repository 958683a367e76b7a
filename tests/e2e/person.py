"""A person at a screen: looks for words, clicks, types; every look is kept as pictures."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Literal

from playwright.async_api import Locator, Page, expect

from demo.browser import PHONE, WIDE, Screen, Window
from demo.stage import DOMAIN

from .wording import wording

GALLERY = Path(__file__).parents[2] / "screenshots"
PATIENCE = 20_000
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FORMATS = {"wide": WIDE, "phone": PHONE}


@dataclass(frozen=True)
class Person:
    """Somebody who sees one window of one size."""

    window: Window
    screen: Screen
    album: str

    @property
    def page(self) -> Page:
        """Return Playwright's page."""
        return self.window.page

    @property
    def dialog(self) -> Locator:
        """Return the open dialog of a flow."""
        return self.page.locator("dialog-data-entry-flow")

    async def open(self, path: str) -> None:
        """Go to a page of the frontend."""
        await self.window.open(path)

    async def look(self, name: str, *, moving: bool = False) -> None:
        """Keep pictures of what is seen, light and dark, on a wide screen and on a phone."""
        for form, screen in FORMATS.items():
            await self.page.set_viewport_size({"width": screen.width, "height": screen.height})
            for scheme in SCHEMES:
                await self.page.emulate_media(color_scheme=scheme)
                await self.window.paint()
                if not moving:
                    await self.window.settle()
                await self.window.screenshot(GALLERY / f"{self.album}-{name}-{form}-{scheme}.png")
        await self.page.set_viewport_size(
            {"width": self.screen.width, "height": self.screen.height}
        )
        await self.page.emulate_media(color_scheme="light")

    async def sees(self, words: str, *, within: Locator | None = None) -> None:
        """Wait until these words are on the screen."""
        await expect((within or self.page).get_by_text(words).first).to_be_visible(timeout=PATIENCE)

    async def sees_no_more(self, words: str) -> None:
        """Wait until these words are gone."""
        await expect(self.page.get_by_text(words)).to_have_count(0, timeout=PATIENCE)

    async def press(self, label: str, *, within: Locator | None = None) -> None:
        """Click a button."""
        button = (within or self.page).get_by_role("button", name=label, exact=True)
        await button.first.click(timeout=PATIENCE)

    async def choose(self, words: str, *, within: Locator | None = None) -> None:
        """Click what bears these words."""
        await (within or self.page).get_by_text(words, exact=True).first.click(timeout=PATIENCE)

    @asynccontextmanager
    async def follow(self, words: str) -> AsyncIterator[Person]:
        """Follow a link that opens another window, and close that at the end."""
        async with self.page.expect_popup() as opened:
            await self.dialog.get_by_role("link", name=words).click(timeout=PATIENCE)
        page = await opened.value
        yield Person(Window(page, self.window.url), self.screen, self.album)
        await page.close()

    async def fill(self, values: Mapping[str, str]) -> None:
        """Fill in the fields of a form."""
        for name, value in values.items():
            await self.dialog.locator(f'input[name="{name}"]').fill(value, timeout=PATIENCE)

    async def read_address(self) -> str:
        """Return the address that the dialog shows to copy."""
        address = self.dialog.locator("code").filter(has_text=re.compile("^https://"))
        return (await address.first.inner_text(timeout=PATIENCE)).strip()

    async def give_up(self) -> None:
        """Close the dialog before its end, and wait until Home Assistant knows."""
        async with self.page.expect_response(lambda it: it.request.method == "DELETE"):
            await self.press("Close", within=self.dialog)

    async def agree(self) -> None:
        """Answer the question whether to go on that a link from elsewhere leads to."""
        await (
            self.page.locator("dialog-box").get_by_role("button", name="OK").click(timeout=PATIENCE)
        )

    async def reconfigure(self) -> None:
        """Go to the entry's menu and choose "Reconfigure"."""
        await self.open(f"/config/integrations/integration/{DOMAIN}")
        entry = self.page.locator("ha-config-entry-row")
        await entry.get_by_role("button", name="Menu").first.click(timeout=PATIENCE)
        await self.choose("Reconfigure")
        await self.sees(wording("config.step.reconfigure.menu_options.check"), within=self.dialog)
