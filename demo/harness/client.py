"""A client of a running Home Assistant: its REST API and its WebSocket commands."""

from http import HTTPStatus
from typing import Any

from aiohttp import ClientSession

from .answers import Device, Entity, Entry, FlowStep, Issue, Json, State
from .waiting import HarnessError

_ENTRIES = "/api/config/config_entries"


class HomeAssistantClient:
    """Home Assistant's API, seen by the owner of an access token.

    Every method raises HarnessError with Home Assistant's own words where it refuses.
    """

    def __init__(self, url: str, token: str) -> None:
        """Initialize."""
        self._url = url
        self._token = token
        self._session = ClientSession(headers={"Authorization": f"Bearer {token}"})

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def request(self, method: str, path: str, body: Json | None = None) -> Any:  # noqa: ANN401 - any JSON value
        """Return the answer to a REST request."""
        async with self._session.request(method, f"{self._url}{path}", json=body) as response:
            if response.status >= HTTPStatus.BAD_REQUEST:
                text = await response.text()
                raise HarnessError(f"Home Assistant answered {method} {path}: {text}")
            return await response.json()

    async def command(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 - any JSON value
        """Return the result of a WebSocket command."""
        async with self._session.ws_connect(f"{self._url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": command, **arguments})
            answer = await socket.receive_json()
        if not answer["success"]:
            raise HarnessError(f"Home Assistant refused {command}: {answer['error']['message']}")
        return answer["result"]

    async def core_state(self) -> str:
        """Return NOT_RUNNING, STARTING, RUNNING, …."""
        state: str = (await self.request("GET", "/api/config"))["state"]
        return state

    async def states(self) -> dict[str, State]:
        """Return every entity's state by entity ID."""
        raw = await self.request("GET", "/api/states")
        return {state["entity_id"]: State.parse(state) for state in raw}

    async def start_flow(self, handler: str) -> FlowStep:
        """Start a config flow."""
        body = {"handler": handler, "show_advanced_options": False}
        return FlowStep.parse(await self.request("POST", f"{_ENTRIES}/flow", body))

    async def get_flow(self, flow_id: str) -> FlowStep:
        """Return a config flow's current step."""
        return FlowStep.parse(await self.request("GET", f"{_ENTRIES}/flow/{flow_id}"))

    async def submit_flow(self, flow_id: str, user_input: Json) -> FlowStep:
        """Submit a config flow's current step and return the next."""
        path = f"{_ENTRIES}/flow/{flow_id}"
        return FlowStep.parse(await self.request("POST", path, user_input))

    async def entries(self, domain: str) -> list[Entry]:
        """Return an integration's config entries."""
        raw = await self.command("config_entries/get", domain=domain)
        return [Entry.parse(entry) for entry in raw]

    async def reload_entry(self, entry_id: str) -> None:
        """Unload a config entry and set it up again."""
        await self.request("POST", f"{_ENTRIES}/entry/{entry_id}/reload")

    async def delete_entry(self, entry_id: str) -> None:
        """Delete a config entry."""
        await self.request("DELETE", f"{_ENTRIES}/entry/{entry_id}")

    async def devices(self, domain: str) -> dict[str, Device]:
        """Return an integration's devices by their identifier within the domain."""
        raw = await self.command("config/device_registry/list")
        return {
            identifier: device
            for device in map(Device.parse, raw)
            for owner, identifier in device.identifiers
            if owner == domain
        }

    async def entities(self, domain: str) -> list[Entity]:
        """Return an integration's registered entities."""
        raw = await self.command("config/entity_registry/list")
        return [entity for entity in map(Entity.parse, raw) if entity.platform == domain]

    async def enable_entity(self, entity_id: str) -> None:
        """Enable an entity; Home Assistant adds it at its next start, or after half a minute."""
        await self.command("config/entity_registry/update", entity_id=entity_id, disabled_by=None)

    async def issues(self, domain: str) -> list[Issue]:
        """Return an integration's repair issues."""
        raw = (await self.command("repairs/list_issues"))["issues"]
        return [issue for issue in map(Issue.parse, raw) if issue.domain == domain]
