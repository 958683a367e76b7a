"""A raw payload of either generation as a delivery."""

from collections.abc import Callable, Mapping

from . import dialect_v2, dialect_v4
from .decoding import Decoding, Known, mapping, text
from .model import Delivery, Kind


def challenge_of(payload: Mapping[str, object]) -> str | None:
    """Return Smartcar's challenge, if that is what the payload is.

    Version 2.0 has `eventName: "verify"` and `payload.challenge`, 4.0 `eventType: "VERIFY"` and
    `data.challenge`.
    """
    for name, place in (("eventType", "data"), ("eventName", "payload")):
        event = payload.get(name)
        if isinstance(event, str) and event.upper() == "VERIFY":
            return text(mapping(payload.get(place)).get("challenge"))
    return None


def webhook_of(payload: Mapping[str, object]) -> str | None:
    """Return Smartcar's ID of the webhook that a payload comes from."""
    return text(payload.get("webhookId")) or text(mapping(payload.get("meta")).get("webhookId"))


class Decoder:
    """Reads deliveries, and remembers what each vehicle's signals said last."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[str, Known] = {}

    def forget(self, vehicle_id: str) -> None:
        """Drop what a vehicle's signals said."""
        self._known.pop(vehicle_id, None)

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
        decoding = Decoding(received_at, is_known, self._known)
        dialect = dialect_v4 if "eventType" in payload else dialect_v2
        mode = text(payload.get("mode")) or text(mapping(payload.get("meta")).get("mode"))
        test = mode is not None and mode.upper() == "TEST"
        kind = dialect.kind_of(payload)
        if kind is Kind.UNKNOWN:
            decoding.notes.append("unknown event")
        return Delivery(
            kind,
            test=test,
            webhook_id=webhook_of(payload),
            application_id=text(mapping(payload.get("meta")).get("applicationId")),
            reports=()
            if test or kind is Kind.UNKNOWN
            else dialect.parse_reports(payload, decoding),
            notes=tuple(decoding.notes),
            faults=tuple(decoding.faults),
        )
