"""Decodes a raw payload of either version to a delivery."""

from collections.abc import Callable, Mapping

from . import payload_v2, payload_v4
from .jsonvalues import as_dict, as_str
from .model import Delivery, Kind
from .payload import Cache, Decoding


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
    return as_str(payload.get("webhookId")) or as_str(as_dict(payload.get("meta")).get("webhookId"))


class Decoder:
    """Decodes deliveries, with a cache of what each vehicle's signals said last."""

    def __init__(self) -> None:
        """Initialize with an empty cache."""
        self._caches: dict[str, Cache] = {}

    def forget(self, vehicle_id: str) -> None:
        """Drop the cache of a vehicle."""
        self._caches.pop(vehicle_id, None)

    def decode(
        self,
        payload: Mapping[str, object],
        *,
        received_at: int,
        is_known: Callable[[str], bool],
    ) -> Delivery:
        """Return what an authentic payload says, whatever it is.

        `received_at` is in milliseconds; `is_known` tells which reports were read before.
        """
        decoding = Decoding(received_at, is_known, self._caches)
        version = payload_v4 if "eventType" in payload else payload_v2
        mode = as_str(payload.get("mode")) or as_str(as_dict(payload.get("meta")).get("mode"))
        test = mode is not None and mode.upper() == "TEST"
        kind = version.kind_of(payload)
        if kind is Kind.UNKNOWN:
            decoding.notes.append("unknown event")
        return Delivery(
            kind,
            test=test,
            smartcar_webhook_id=webhook_of(payload),
            application_id=as_str(as_dict(payload.get("meta")).get("applicationId")),
            reports=()
            if test or kind is Kind.UNKNOWN
            else version.parse_reports(payload, decoding),
            notes=tuple(decoding.notes),
            faults=tuple(decoding.faults),
        )
