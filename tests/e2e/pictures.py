"""Take the README's pictures: the demo's Home Assistant after a day, light and dark."""

from argparse import ArgumentParser
import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
import sys

from PIL import Image
from playwright.async_api import Browser, ViewportSize

from demo.check import say
from demo.dashboard import add_dashboard
from demo.environment import DOMAIN, Environment, current_credentials, run_environment
from demo.harness import until
from simulator import Car, Kind

from .browser import launch_browser, open_page
from .frontend import SCHEMES, Frontend
from .translations import translation

_FOLDER = Path(__file__).parents[2] / "docs" / "images"
_VIEWPORT: ViewportSize = {"width": 1000, "height": 720}
_STEP = timedelta(minutes=2)
_DAY = timedelta(hours=24)
_MAX_BYTES = 150_000


@dataclass(frozen=True)
class Photographer:
    """Goes through Home Assistant once; each picture leaves what the next one needs."""

    environment: Environment
    frontend: Frontend

    async def take_all(self) -> None:
        """Take every picture."""
        await self._set_up()
        await self._live_a_day()
        await self._dashboard()
        await self._device()
        await self._session()
        await self._check()
        await self._repair()
        # The statistics are written some minutes after the charge.
        await self._energy()

    async def _take(self, name: str) -> None:
        """Save the page in both colour schemes."""
        for scheme in SCHEMES:
            await self.frontend.draw(scheme)
            path = _FOLDER / f"{name}-{scheme}.webp"
            with Image.open(BytesIO(await self.frontend.page.screenshot())) as image:
                image.save(path, quality=80, method=6)
            size = path.stat().st_size
            say(f"{path.name}: {size / 1000:.0f} kB")
            assert size < _MAX_BYTES, f"{path.name} is too large for a README"

    @property
    def _car(self) -> Car:
        return self.environment.cars[Kind.CURRENT]

    async def _set_up(self) -> None:
        await self.frontend.start_flow()
        await self.frontend.choose(translation("config.step.user.menu_options.current"))
        await self.frontend.fill(current_credentials(self.environment.applications[Kind.CURRENT]))
        await self.frontend.press("Next", within=self.frontend.dialog)
        await self.frontend.expect(translation("config.step.callback.title"))
        await self._take("set-up")
        await self.frontend.close_dialog()

    async def _live_a_day(self) -> None:
        simulator = self.environment.simulator
        for kind in self.environment.cars:
            await self.environment.add_entry(kind)
        await simulator.deliver()
        simulator.start_day()
        while not all(day.done for day in simulator.days.values()):
            await simulator.advance(_STEP)
        await simulator.deliver()

    async def _dashboard(self) -> None:
        await self.frontend.open(await add_dashboard(self.environment.client))
        await self.frontend.expect("Renault Zoe")
        await self._take("dashboard")

    async def _device(self) -> None:
        device = (await self.environment.client.devices(DOMAIN))[self._car.id]
        await self.frontend.open(f"/config/devices/device/{device.id}")
        await self.frontend.expect("Device info")
        await self._take("device")

    async def _session(self) -> None:
        entity_id = await self._entity_id("charging_session")
        await self.frontend.open(f"/demo-cars?more-info-entity-id={entity_id}")
        await self.frontend.expect("Charging session")
        await self._take("session")

    async def _energy(self) -> None:
        """Show the statistics that have the energy in the hours in which it was charged."""
        client = self.environment.client

        async def statistic_ids() -> list[str]:
            found = await client.command("recorder/list_statistic_ids", statistic_type="sum")
            return [
                one["statistic_id"]
                for one in found
                if one["source"] == DOMAIN and one["statistics_unit_of_measurement"] == "kWh"
            ]

        say("Waiting for the statistics…")
        ids = await until(statistic_ids, "the statistics of charged energy", seconds=420)
        await client.command(
            "energy/save_prefs", device_consumption=[{"stat_consumption": one} for one in ids]
        )
        await self.frontend.open("/energy")
        await self.frontend.expect("Individual devices")
        await self._take("energy")

    async def _check(self) -> None:
        await self.frontend.open(f"/config/integrations/integration/{DOMAIN}")
        row = self.frontend.page.locator("ha-config-entry-row").filter(has_text="Hyundai")
        await self.frontend.press("Menu", within=row)
        await self.frontend.choose("Reconfigure")
        await self.frontend.choose(translation("config.step.reconfigure.menu_options.check"))
        await self.frontend.expect(translation("common.check_credentials_ok"))
        await self._take("check")
        await self.frontend.close_dialog()

    async def _repair(self) -> None:
        self.environment.simulator.revoke(self._car)
        await self.environment.simulator.deliver(self._car)
        title = translation("issues.reauthentication_required.title", vehicle="Hyundai IONIQ 5")
        await self.frontend.open("/config/repairs")
        await self.frontend.choose(title)
        await self.frontend.expect(
            translation("issues.reauthentication_required.fix_flow.step.confirm.description"),
            within=self.frontend.dialog,
        )
        await self._take("repair")

    async def _entity_id(self, key: str) -> str:
        entities = await self.environment.client.entities(DOMAIN)
        return next(it.entity_id for it in entities if it.unique_id == f"{self._car.id}_{key}")


async def main() -> int:
    """Start everything and take the pictures."""
    ArgumentParser(prog="script/screenshots", description=__doc__).parse_args()
    _FOLDER.mkdir(exist_ok=True)
    say("Starting the simulator and Home Assistant…")
    async with (
        run_environment(start=datetime.now(UTC) - _DAY) as environment,
        launch_browser() as browser,
    ):
        await _photograph(environment, browser)
    return 0


async def _photograph(environment: Environment, browser: Browser) -> None:
    instance = environment.instance
    async with open_page(browser, instance, _VIEWPORT) as page:
        await Photographer(environment, Frontend(page, instance.url, _VIEWPORT, "")).take_all()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
