"""Sessions, trips and what has happened as plain data: for events and for the actions' answers."""

from .charging import ChargeEvent, Session
from .trips import Trip, TripEvent, TripEventType
from .util import utc_from_ms

type Record = dict[str, str | float | bool | None]

_KNOWN_AT_START = (
    "started_after",
    "started_by",
    "state_of_charge_from",
    "from_zone",
    "from_home",
)


def session_record(session: Session) -> Record:
    """Return a charging session: times in ISO format, energy in kWh, duration in seconds."""
    return {
        "plugged_in_at": _iso(session.plugged_in_at),
        "started_after": _iso(session.started_after),
        "started_at": _iso(session.started_at),
        "ended_after": _iso(session.ended_after),
        "ended_at": _iso(session.ended_at),
        "unplugged_at": _iso(session.unplugged_at),
        "duration": session.duration,
        "state_of_charge_from": session.state_of_charge_from,
        "state_of_charge_to": session.state_of_charge_to,
        "energy": session.energy,
        "estimated": session.is_estimated,
        "zone": session.zone,
        "at_home": session.at_home,
        "outcome": None if session.outcome is None else session.outcome.value,
    }


def trip_record(trip: Trip) -> Record:
    """Return a trip: times in ISO format, durations in seconds, distance in km, energy in kWh."""
    return {
        "started_after": _iso(trip.started_after),
        "started_by": _iso(trip.started_by),
        "ended_after": _iso(trip.ended_after),
        "ended_by": _iso(trip.ended_by),
        "shortest_duration": trip.shortest,
        "longest_duration": trip.longest,
        "distance": trip.distance,
        "state_of_charge_from": trip.state_of_charge_from,
        "state_of_charge_to": trip.state_of_charge_to,
        "state_of_charge_used": trip.state_of_charge_used,
        "energy_used": trip.energy_used,
        "consumption": trip.consumption,
        "from_zone": trip.from_zone,
        "from_home": trip.from_home,
        "to_zone": trip.to_zone,
        "to_home": trip.to_home,
    }


def charge_event_record(event: ChargeEvent) -> Record:
    """Return what happened at a charge, and the session that it is about."""
    session = {} if event.session is None else session_record(event.session)
    return {
        **session,
        "at": _iso(event.at),
        "state_of_charge": event.state_of_charge,
        "zone": event.zone,
        "at_home": event.at_home,
    }


def trip_event_record(event: TripEvent) -> Record:
    """Return what happened on a trip: of one that has started, only what is known by then."""
    trip = trip_record(event.trip)
    if event.type is TripEventType.STARTED:
        trip = {key: trip[key] for key in _KNOWN_AT_START}
    return {"at": _iso(event.at), **trip}


def _iso(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else utc_from_ms(milliseconds).isoformat()
