"""An entry of another Smartcar integration, to take over: its code is a stand-in."""

import json
from pathlib import Path
import time

from simulator import Kind, Webhook

from .environment import Environment
from .harness import HarnessError

OTHER_DOMAIN = "smartcar"
OTHER_INTEGRATION = Path(__file__).parent / "other_integration" / OTHER_DOMAIN
TITLE = "Family car"

_WEBHOOK_ID = "a-webhook-of-the-other-integration"


async def add_other_entry(environment: Environment, kind: Kind = Kind.CURRENT) -> Webhook:
    """Set up the other integration with an account, as its owner did long ago."""
    application, car = environment.applications[kind], environment.cars[kind]
    credential = await environment.client.command(
        "application_credentials/create",
        domain=OTHER_DOMAIN,
        client_id=application.m2m_id,
        client_secret=application.m2m_secret,
    )
    data = {
        "auth_implementation": credential["id"],
        "webhook_id": _WEBHOOK_ID,
        "application_management_token": application.management_token,
        "cloudhook": False,
        "token": {"access_token": "of-the-application", "expires_at": time.time() + 3600},
        "vehicles": {
            car.id: {
                "vin": car.vin,
                "make": car.model.make,
                "model": car.model.model,
                "year": car.model.year,
            }
        },
        "application_id": application.id,
    }
    step = await environment.client.start_flow(OTHER_DOMAIN)
    step = await environment.client.submit_flow(
        step.flow_id, {"title": TITLE, "data": json.dumps(data)}
    )
    if step.type != "create_entry":
        raise HarnessError(f"The other integration is not set up: {step.errors} {step.reason}.")
    uri = f"{environment.instance.core_config.external_url}/api/webhook/{_WEBHOOK_ID}"
    webhook = await environment.simulator.create_webhook(kind, uri, application=application)
    verification = await environment.simulator.verify(webhook)
    if not verification.succeeded:
        raise HarnessError(f"The callback is not verified: {verification.reason}.")
    environment.simulator.subscribe(webhook, car)
    return webhook
