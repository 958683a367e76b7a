"""Decodes a raw payload of either version to a delivery."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

from . import payload_v2, payload_v4
from .jsonvalues import as_dict, as_id, as_str
from .model import Delivery, Kind, Report
from .payload import Decoding, VehicleCache

# What is nothing costs nothing to decode; a step of its own would cost more.
_READ_AT_ONCE = 4


def challenge_of(payload: Mapping[str, object]) -> str | None:
    """Return Smartcar's challenge, if that is what the payload is.

    Version 2.0 has `eventName: "verify"` and `payload.challenge`, 4.0 `eventType: "VERIFY"` and
    `data.challenge`.
    """
    for name, place in (("eventType", "data"), ("eventName", "payload")):
        event = payload.get(name)
        if isinstance(event, str) and event.upper() == "VERIFY":
            return as_str(as_dict(payload.get(place)).get("challenge"))
    return None


def webhook_of(payload: Mapping[str, object]) -> str | None:
    """Return Smartcar's ID of the webhook that a payload comes from."""
    return as_id(payload.get("webhookId")) or as_id(as_dict(payload.get("meta")).get("webhookId"))


class Decoder:
    """Decodes deliveries, with a cache of what each vehicle's signals said last."""

    def __init__(self) -> None:
        """Initialize with an empty cache."""
        self._caches: dict[str, VehicleCache] = {}

    def forget(self, vehicle_id: str) -> None:
        """Drop the cache of a vehicle."""
        self._caches.pop(vehicle_id, None)

    def decode(
        self,
        payload: Mapping[str, object],
        *,
        received_at: int,
        is_known: Callable[[str, str], bool],
    ) -> Delivery:
        """Return what an authentic payload says, whatever it is.

        `received_at` is in milliseconds; `is_known` tells by the IDs of vehicle and report which
        were read before.
        """
        first, *others = self.decode_in_parts(payload, received_at=received_at, is_known=is_known)
        if not others:
            return first
        parts = (first, *others)
        return replace(
            first,
            reports=tuple(chain.from_iterable(part.reports for part in parts)),
            notes=tuple(chain.from_iterable(part.notes for part in parts)),
            faults=tuple(chain.from_iterable(part.faults for part in parts)),
        )

    def decode_in_parts(
        self,
        payload: Mapping[str, object],
        *,
        received_at: int,
        is_known: Callable[[str, str], bool],
    ) -> Iterator[Delivery]:
        """Yield the same, one report at a time, a few of which are decoded together.

        There is one part at least. Between two of them the caller can let others work: what is
        expensive about a report is what follows from it.
        """
        decoding = Decoding(received_at, is_known, self._caches)
        version = payload_v4 if "eventType" in payload else payload_v2
        meta = as_dict(payload.get("meta"))
        mode = as_str(payload.get("mode")) or as_str(meta.get("mode"))
        test = mode is not None and mode.upper() == "TEST"
        kind = version.kind_of(payload)
        if kind is Kind.UNKNOWN:
            decoding.notes.append("unknown event")
        reports: Iterator[Report | None] = iter(())
        if not test and kind is not Kind.UNKNOWN:
            reports = version.parse_reports(payload, decoding)
        is_last = False
        while not is_last:
            read = tuple(islice(reports, _READ_AT_ONCE))
            is_last = len(read) < _READ_AT_ONCE
            first, *others = tuple(filter(None, read)) or (None,)
            part = Delivery(
                kind,
                test=test,
                smartcar_webhook_id=webhook_of(payload),
                application_id=as_id(meta.get("applicationId")),
                reports=() if first is None else (first,),
                notes=decoding.notes.take(),
                faults=decoding.faults.take(),
            )
            yield part
            for other in others:
                yield replace(part, reports=(other,), notes=(), faults=())
