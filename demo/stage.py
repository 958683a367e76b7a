"""The stage: a simulated Smartcar and a real Home Assistant that takes it for the real one."""

from contextlib import AsyncExitStack
from typing import Self

from demo.home_assistant import HomeAssistant
from demo.instance import HomeAssistantInstance
from demo.owner import Home
from demo.ports import free_port
from demo.waiting import until
from simulator import Simulator

SET_UP_WITHIN = 60
DOMAIN = "smartcar_dynamic"
SIMULATOR_VARIABLE = "SMARTCAR_DYNAMIC_SIMULATOR"


class Stage:
    """Both of them, started together, on loopback; simulated time stands still until told to run.

    Smartcar reaches Home Assistant by its public address, which the simulator routes to loopback.
    """

    def __init__(self, preferred_port: int = 0) -> None:
        """Describe it; entering it starts both.

        Without a preferred port Home Assistant gets any: several stages may start at once.
        """
        home = Home()
        self.instance = HomeAssistantInstance(port=free_port(preferred_port))
        self.simulator = Simulator(routes={home.external_url: self.instance.url})
        place = self.simulator.dynamic_car.places["home"]
        self.instance.home = Home(latitude=place.latitude, longitude=place.longitude)
        self._started = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start the simulator, then Home Assistant."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.simulator)
            # Dates follow the real time from now on, while the cars' own time stands still.
            self.simulator.run(0)
            self.instance.environment[SIMULATOR_VARIABLE] = self.simulator.url
            await stack.enter_async_context(self.instance)
            self._started = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop Home Assistant, then the simulator."""
        await self._started.aclose()

    @property
    def api(self) -> HomeAssistant:
        """Return the client of Home Assistant."""
        return self.instance.api

    async def until_loaded(self) -> None:
        """Wait until every entry of the integration is set up."""

        async def loaded() -> bool:
            return all(entry.state == "loaded" for entry in await self.api.entries(DOMAIN))

        await until(loaded, "the entries to be set up", seconds=SET_UP_WITHIN)
