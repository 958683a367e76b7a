"""Kills Home Assistant at random moments, and compares what it had acknowledged with what it kept.

The promise: nothing acknowledged before the last save is missing, nothing older than the save's
interval is, and after a quiet time the save is at once. Each delivery carries the next number as
its odometer reading, so the store says up to which one it has come.
"""

import argparse
import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
import hashlib
import hmac
from http import HTTPStatus
import json
import random
import sys
import time

from aiohttp import ClientError, ClientSession, ClientTimeout

from simulator import Kind

from .environment import DOMAIN, Environment, run_environment
from .harness import HarnessError, until

ODOMETER = "odometer-traveleddistance"
# store.py's interval, and what a busy machine takes to write a file.
SAVE_INTERVAL = 20.0
WRITING = 2.0
_TIMEOUT = ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A delivery that was answered with 204, and when (s since 1970)."""

    number: int
    at: float


@dataclass(slots=True)
class Account:
    """What was acknowledged in this round, and how all deliveries were answered."""

    environment: Environment
    webhook_id: str
    entry_id: str
    acknowledged: list[Acknowledged] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    number: int = 100_000

    async def deliver(self, session: ClientSession) -> None:
        """Deliver the next number, as Smartcar does."""
        self.number += 1
        status = await self._post(session, self.number)
        self.answers[status] += 1
        if status == str(HTTPStatus.NO_CONTENT.value):
            self.acknowledged.append(Acknowledged(self.number, time.time()))

    async def _post(self, session: ClientSession, number: int) -> str:
        application = self.environment.applications[Kind.CURRENT]
        now = round(time.time() * 1000)
        payload = {
            "eventId": f"event-{number}",
            "eventType": "VEHICLE_STATE",
            "data": {
                "vehicle": {"id": self.environment.cars[Kind.CURRENT].id},
                "signals": [
                    {
                        "code": ODOMETER,
                        "body": {"value": number, "unit": "km"},
                        "status": {"value": "SUCCESS"},
                        "meta": {"oemUpdatedAt": now},
                    }
                ],
            },
            "meta": {"version": "4.0", "deliveredAt": now, "mode": "LIVE"},
        }
        body = json.dumps(payload).encode()
        token = application.management_token.encode()
        headers = {"SC-Signature": hmac.new(token, body, hashlib.sha256).hexdigest()}
        url = f"{self.environment.instance.url}/api/webhook/{self.webhook_id}"
        try:
            async with session.post(url, data=body, headers=headers) as response:
                return str(response.status)
        except ClientError, TimeoutError:
            return "no answer"

    def stored(self) -> tuple[int, float]:
        """Return the number in the store, and when the store was written (s since 1970)."""
        data, written_at = self.environment.instance.stored(f"{DOMAIN}.{self.entry_id}")
        readings = (reading for vehicle in data["vehicles"] for reading in vehicle["readings"])
        numbers = [int(it["value"]) for it in readings if it["key"] == ODOMETER]
        return max(numbers, default=0), written_at

    def missing(self, stored: int, before: float) -> list[int]:
        """Return the numbers acknowledged before a time of which the store does not know."""
        return [it.number for it in self.acknowledged if it.at < before and it.number > stored]


async def _steadily(account: Account, session: ClientSession, seconds: float) -> None:
    """Deliver a few times a second for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        await account.deliver(session)
        await asyncio.sleep(random.uniform(0.02, 0.5))  # noqa: S311 - no secret


async def _round(account: Account, kind: str) -> str:
    """Deliver, kill, compare, start; return what to print. Raises HarnessError for a loss."""
    instance = account.environment.instance
    async with ClientSession(timeout=_TIMEOUT) as session:
        match kind:
            case "quiet":
                # A start saves, too.
                await asyncio.sleep(SAVE_INTERVAL + 1)
                await account.deliver(session)
                await asyncio.sleep(WRITING)
            case "steady":
                await _steadily(account, session, random.uniform(1, 1.5 * SAVE_INTERVAL))  # noqa: S311
            case _:
                # Killed once more while it starts, with deliveries that do not wait for it.
                await instance.kill()
                starting = asyncio.create_task(instance.start())
                await _steadily(account, session, random.uniform(2, 15))  # noqa: S311
                starting.cancel()
                with suppress(asyncio.CancelledError, HarnessError):
                    await starting
    killed_at = time.time()
    await instance.kill()
    stored, written_at = account.stored()
    lost = {
        *account.missing(stored, written_at - WRITING),
        *account.missing(stored, killed_at - SAVE_INTERVAL - WRITING),
    }
    if kind == "quiet":
        lost |= {*account.missing(stored, killed_at)}
    if lost:
        raise HarnessError(f"After a {kind} round {len(lost)} deliveries are missing: {lost}.")
    unsaved = len(account.missing(stored, killed_at))
    account.acknowledged.clear()
    await instance.start()
    await account.environment.until_loaded()
    await until(lambda: _is_shown(account, stored), f"the odometer to show {stored}")
    return f"{kind}: {unsaved} acknowledged since the last save, {stored - 100_000} kept"


async def _is_shown(account: Account, number: int) -> bool:
    """Tell whether the odometer shows a number, in whichever unit."""
    car = account.environment.cars[Kind.CURRENT]
    for entity in await account.environment.client.entities(DOMAIN):
        if entity.unique_id == f"{car.id}_{ODOMETER}":
            state = (await account.environment.client.states()).get(entity.entity_id)
            return state is not None and state.state == str(number)
    return False


async def kill(rounds: int) -> None:
    """Kill a Home Assistant so often. Raises HarnessError for anything lost."""
    async with run_environment() as environment:
        await environment.add_entry(Kind.CURRENT)
        (entry,) = await environment.client.entries(DOMAIN)
        (webhook,) = (it for it in environment.simulator.cloud.webhooks.values() if it.callback_uri)
        account = Account(environment, webhook.callback_uri.rpartition("/")[2], entry.entry_id)
        # The registries are Home Assistant's, which saves them some seconds later.
        async with ClientSession(timeout=_TIMEOUT) as session:
            await account.deliver(session)
        await asyncio.sleep(SAVE_INTERVAL + WRITING)
        kinds = ("steady", "quiet", "starting")
        for number in range(rounds):
            print(f"{number + 1}. {await _round(account, kinds[number % len(kinds)])}", flush=True)
        answers = ", ".join(f"{status}: {n}" for status, n in sorted(account.answers.items()))
        print(f"Nothing that had to be kept is missing. Answers: {answers}.")
        if warnings := environment.instance.warnings():
            print("\n".join(warnings))


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="script/kill")
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    try:
        asyncio.run(kill(parser.parse_args().rounds))
    except HarnessError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
