"""The world as JSON, for the control API and its page."""

from typing import Any

from . import signals
from .car import Car
from .clock import iso
from .cloud import Application, Subscription, Webhook
from .delivery_queue import Delivery, Verification
from .history import ChargingSession, Trip
from .payloads_v2 import PATHS
from .world import World

type Body = dict[str, Any]


def state(world: World) -> Body:
    """Return everything."""
    cloud, clock, queue = world.cloud, world.clock, world.delivery_queue
    return {
        "url": cloud.url,
        "time": {
            "now": iso(clock.now),
            "wall": iso(clock.wall),
            "speed": clock.speed,
            "running": world.running,
            "command_lag": world.command_lag.total_seconds(),
        },
        "applications": [application(it) for it in cloud.applications.values()],
        "cars": {vehicle_id: car(world, it) for vehicle_id, it in cloud.cars.items()},
        "webhooks": {key: webhook(it) for key, it in cloud.webhooks.items()},
        "subscriptions": [subscription(it) for it in cloud.subscriptions.values()],
        "deliveries": {
            "delivered": queue.delivered,
            "dropped": queue.dropped,
            "recent": [delivery(it) for it in list(queue.log)[-20:][::-1]],
        },
        "calls": {
            "by_route": dict(cloud.meter.calls),
            "billed": cloud.meter.billed.total(),
            "unbilled": cloud.meter.unbilled,
        },
        "faults": {
            "deliveries": {
                "delay": queue.faults.delay.total_seconds(),
                "duplicates": queue.faults.duplicates,
                "reorder": queue.faults.reorder,
                "concurrent": queue.faults.concurrent,
                "corrupt_signatures": queue.faults.corrupt_signatures,
                "missing_signatures": queue.faults.missing_signatures,
            },
            "api": [
                {"status": it.status, "path": it.path, "times": it.times}
                for it in cloud.faults.planned
            ],
            "commands": [
                {
                    "command": it.command,
                    "vehicle_id": it.vehicle_id,
                    "times": it.times,
                    "problem": it.problem and it.problem.code,
                    "status": it.status,
                    "http_status": it.http_status,
                    "latency": it.latency,
                    "held": it.held,
                    "streamed": it.streamed,
                    "obeyed": it.is_obeyed,
                }
                for it in cloud.faults.commands
            ],
            "reject_credentials": cloud.faults.reject_credentials,
        },
        "routes": dict(world.routes),
    }


def application(it: Application) -> Body:
    """Return an application with its credentials."""
    return {
        "id": it.id,
        "name": it.name,
        "v2": {
            "client_id": it.id,
            "client_secret": it.client_secret,
            "access_token": it.tokens and it.tokens.access_token,
            "refresh_token": it.tokens and it.tokens.refresh_token,
        },
        "v3": {"client_id": it.m2m_id, "client_secret": it.m2m_secret},
        "management_token": it.management_token,
        "signing_key_differs": it.signing_key != it.management_token,
    }


def car(world: World, it: Car) -> Body:
    """Return the state of a car: km, %, kWh, W, A, V, kPa, °C, min, degrees."""
    connection = world.cloud.connection_of(it.id)
    day = world.days.get(it.id)
    return {
        "id": it.id,
        "name": it.name,
        "vin": it.vin,
        "make": it.model.make,
        "model": it.model.model,
        "year": it.model.year,
        "application_id": connection.application_id,
        "owner_id": connection.owner_id,
        "connection_id": connection.id,
        "permissions": sorted(connection.permissions),
        "requests": {"used": connection.requests, "limit": connection.request_limit},
        "signal_problems": {
            code: {"type": it.problem.type, "code": it.problem.code, "body": it.body}
            for code, it in connection.signal_problems.items()
        },
        "state_of_charge": round(it.state_of_charge, 2),
        "range_km": round(it.range, 2),
        "odometer_km": round(it.odometer, 2),
        "plugged_in": it.plugged_in,
        "charging": it.charging,
        "charging_status": it.status.value,
        "charging_power_w": round(1000 * it.power),
        "amperage": round(it.amperage, 1),
        "voltage": it.voltage,
        "energy_added_kwh": round(it.energy_added, 2),
        "charged_energy_kwh": round(it.charged_energy, 2),
        "charging_sessions": [charging_session(session) for session in it.charging_sessions],
        "trips": [trip(driven) for driven in it.trips],
        "time_to_complete_min": round(it.time_to_complete),
        "charge_limit": it.charge_limit,
        "charge_port_open": it.charge_port_open,
        "charge_schedules": [schedule.timer for schedule in it.charge_schedules],
        "commands": sorted(it.commands),
        "latitude": it.position.latitude,
        "longitude": it.position.longitude,
        "heading": it.heading,
        "place": it.place,
        "driving": it.driving,
        "destination": it.destination,
        "navigation_destination": it.navigation_destination
        and {
            "latitude": it.navigation_destination.latitude,
            "longitude": it.navigation_destination.longitude,
        },
        "speed_kmh": it.speed,
        "asleep": it.asleep,
        "online": it.online,
        "locked": it.locked,
        "openings": {
            name: {"open": opening.is_open, "locked": opening.is_locked}
            for name, opening in it.openings().items()
        },
        "tires_kpa": it.tires,
        "outside_celsius": round(it.outside, 1),
        "inside_celsius": round(it.inside, 1),
        "problem": it.problem and {"type": it.problem.type, "code": it.problem.code},
        "recorded_at": iso(it.recorded_at),
        "day": day and {"step": day.step, "done": day.done},
        "signals": signals.bodies(it),
        "paths": {
            path: known.body(it) for path, known in PATHS.items() if known.signal in it.capable
        },
    }


def charging_session(it: ChargingSession) -> Body:
    """Return a charging session: simulated times, kWh in the battery and at the wall."""
    return {
        "plugged_in_at": iso(it.plugged_in_at),
        "unplugged_at": it.unplugged_at and iso(it.unplugged_at),
        "place": it.place,
        "home": it.is_home,
        "public": it.is_public,
        "energy_kwh": round(it.energy, 2),
        "metered_kwh": round(it.metered, 2),
        "segments": [
            {
                "started_at": iso(segment.started_at),
                "ended_at": segment.ended_at and iso(segment.ended_at),
                "end": segment.end,
                "energy_kwh": round(segment.energy, 2),
            }
            for segment in it.segments
        ],
    }


def trip(it: Trip) -> Body:
    """Return a trip: simulated times, km, kWh."""
    return {
        "started_at": iso(it.started_at),
        "ended_at": it.ended_at and iso(it.ended_at),
        "from": it.origin_place,
        "to": it.destination_place,
        "distance_km": round(it.distance, 2),
        "energy_kwh": round(it.energy, 2),
    }


def webhook(it: Webhook) -> Body:
    """Return a webhook."""
    return {
        "id": it.id,
        "application_id": it.application_id,
        "kind": it.kind.value,
        "name": it.name,
        "callback_uri": it.callback_uri,
        "error_callback_uri": it.error_callback_uri,
        "triggers": it.triggers,
        "data": it.data,
        "auto_subscribe": it.auto_subscribe,
        "enabled": it.enabled,
        "verified": it.verified,
        "failures": it.failures,
    }


def subscription(it: Subscription) -> Body:
    """Return a subscription; `last_sent` is simulated time."""
    return {
        "id": it.id,
        "webhook_id": it.webhook.id,
        "car_id": it.connection.car.id,
        "last_sent": it.last_sent and iso(it.last_sent),
    }


def delivery(it: Delivery, *, envelope: bool = False) -> Body:
    """Return a delivery and its attempts, with `envelope` also its payload."""
    summary: Body = {
        "number": it.number,
        "webhook_id": it.event.webhook.id,
        "car_id": it.event.vehicle_id,
        "event": it.event.type,
        "outcome": it.outcome,
        "attempts": [
            {
                "at": iso(attempt.at),
                "status": attempt.status,
                "answer": attempt.answer,
                "error": attempt.error,
            }
            for attempt in it.attempts
        ],
    }
    return {**summary, "envelope": it.event.envelope} if envelope else summary


def verification(it: Verification) -> Body:
    """Return the result of a verification."""
    return {"succeeded": it.succeeded, "reason": it.reason, "status": it.attempt.status}
