"""A client of a running Home Assistant: its REST interface and its WebSocket commands."""

from http import HTTPStatus
from typing import Any, Literal, Self

from aiohttp import ClientSession

from demo.answers import Device, Entity, Entry, FlowStep, Issue, Json, RunningFlow, State
from demo.errors import DemoError

type Flows = Literal["flow", "options/flow"]


class HomeAssistant:
    """Somebody with an access token, asking a Home Assistant for things."""

    def __init__(self, url: str, token: str) -> None:
        """Remember whom to ask; nothing is asked yet."""
        self.url = url
        self._token = token
        self._session = ClientSession(headers={"Authorization": f"Bearer {token}"})

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def request(self, method: str, path: str, body: Json | None = None) -> Any:  # noqa: ANN401 - any JSON value
        """Ask over REST and return the answer, or raise with what Home Assistant said."""
        async with self._session.request(method, f"{self.url}{path}", json=body) as response:
            if response.status >= HTTPStatus.BAD_REQUEST:
                said = await response.text()
                raise DemoError(
                    f"Home Assistant answered {response.status} to {method} {path}: {said}"
                )
            if response.content_type == "application/json":
                return await response.json()
            return await response.text()

    async def command(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 - any JSON value
        """Ask over the WebSocket and return the result, or raise with what Home Assistant said."""
        async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            if (welcome := await socket.receive_json())["type"] != "auth_ok":
                raise DemoError(f"Home Assistant refused the token: {welcome.get('message')}")
            await socket.send_json({"id": 1, "type": command, **arguments})
            answer = await socket.receive_json()
        if not answer["success"]:
            raise DemoError(f"Home Assistant refused {command}: {answer['error']['message']}")
        return answer["result"]

    async def core_state(self) -> str:
        """Return NOT_RUNNING, STARTING, RUNNING …."""
        state: str = (await self.request("GET", "/api/config"))["state"]
        return state

    async def states(self) -> dict[str, State]:
        """Return every entity's state."""
        raw = await self.request("GET", "/api/states")
        return {state["entity_id"]: State.parse(state) for state in raw}

    async def state(self, entity_id: str) -> State | None:
        """Return one entity's state, where it has one."""
        return (await self.states()).get(entity_id)

    async def call(self, domain: str, service: str, **data: object) -> Any:  # noqa: ANN401 - any JSON value
        """Call an action that answers nothing."""
        return await self.request("POST", f"/api/services/{domain}/{service}", data)

    async def ask(self, domain: str, service: str, **data: object) -> Json:
        """Call an action and return its answer."""
        path = f"/api/services/{domain}/{service}?return_response"
        answer: Json = (await self.request("POST", path, data))["service_response"]
        return answer

    async def start_flow(
        self, handler: str, *, flows: Flows = "flow", entry_id: str | None = None
    ) -> FlowStep:
        """Start a config flow, with an entry's ID its reconfiguration, or the options of an entry.

        The handler of an options flow is the entry's ID.
        """
        body: Json = {"handler": handler, "show_advanced_options": False}
        if entry_id:
            body["entry_id"] = entry_id
        path = f"/api/config/config_entries/{flows}"
        return FlowStep.parse(await self.request("POST", path, body))

    async def look_at_flow(self, flow_id: str, *, flows: Flows = "flow") -> FlowStep:
        """Return the step at which a flow stands."""
        path = f"/api/config/config_entries/{flows}/{flow_id}"
        return FlowStep.parse(await self.request("GET", path))

    async def answer_flow(
        self, flow_id: str, answer: Json | None = None, *, flows: Flows = "flow"
    ) -> FlowStep:
        """Fill in the step at which a flow stands."""
        path = f"/api/config/config_entries/{flows}/{flow_id}"
        return FlowStep.parse(await self.request("POST", path, answer or {}))

    async def abandon_flow(self, flow_id: str, *, flows: Flows = "flow") -> None:
        """Close a flow's dialog."""
        await self.request("DELETE", f"/api/config/config_entries/{flows}/{flow_id}")

    async def flows_in_progress(self, domain: str) -> tuple[RunningFlow, ...]:
        """Return the integration's flows that wait for somebody, such as reauthentications."""
        raw = await self.command("config_entries/flow/progress")
        return tuple(RunningFlow.parse(flow) for flow in raw if flow["handler"] == domain)

    async def entries(self, domain: str) -> tuple[Entry, ...]:
        """Return the integration's config entries."""
        raw = await self.command("config_entries/get", domain=domain)
        return tuple(Entry.parse(entry) for entry in raw)

    async def reload_entry(self, entry_id: str) -> None:
        """Unload a config entry and set it up again."""
        await self.request("POST", f"/api/config/config_entries/entry/{entry_id}/reload")

    async def delete_entry(self, entry_id: str) -> None:
        """Delete a config entry."""
        await self.request("DELETE", f"/api/config/config_entries/entry/{entry_id}")

    async def diagnostics(self, entry_id: str, device_id: str | None = None) -> Json:
        """Return the diagnostics of a config entry, or of one of its devices."""
        path = f"/api/diagnostics/config_entry/{entry_id}"
        if device_id:
            path += f"/device/{device_id}"
        answer: Json = await self.request("GET", path)
        return answer

    async def devices(self, domain: str) -> tuple[Device, ...]:
        """Return the integration's devices."""
        raw = await self.command("config/device_registry/list")
        devices = (Device.parse(device) for device in raw)
        return tuple(
            device for device in devices if any(owner == domain for owner, _ in device.identifiers)
        )

    async def delete_device(self, device_id: str, entry_id: str) -> None:
        """Delete a device, as the button on its page does."""
        await self.command(
            "config/device_registry/remove_config_entry",
            device_id=device_id,
            config_entry_id=entry_id,
        )

    async def entities(self, domain: str) -> tuple[Entity, ...]:
        """Return the integration's registered entities."""
        raw = await self.command("config/entity_registry/list")
        entities = (Entity.parse(entity) for entity in raw)
        return tuple(entity for entity in entities if entity.platform == domain)

    async def issues(self, domain: str) -> tuple[Issue, ...]:
        """Return the repairs that the integration asks for."""
        raw = await self.command("repairs/list_issues")
        issues = (Issue.parse(issue) for issue in raw["issues"])
        return tuple(issue for issue in issues if issue.domain == domain)

    async def start_repair(self, issue: Issue) -> FlowStep:
        """Open the dialog that fixes an issue."""
        body = {"handler": issue.domain, "issue_id": issue.issue_id}
        return FlowStep.parse(await self.request("POST", "/api/repairs/issues/fix", body))

    async def answer_repair(self, flow_id: str, answer: Json | None = None) -> FlowStep:
        """Fill in the step at which a repair stands."""
        path = f"/api/repairs/issues/fix/{flow_id}"
        return FlowStep.parse(await self.request("POST", path, answer or {}))
