"""A read's answer of API v3: a vehicle's stored signals as JSON:API resources.

Sources: the "Get signals" page, and real answers since December 2025 where those differ.
"""

from collections.abc import Iterator, Mapping

from .jsonvalues import as_dict, as_list, as_name, as_year
from .model import Delivery, Kind, Report, VehicleInfo
from .payload import Decoding
from .payload_v4 import error_of, parse_errors, parse_signals


def parse_read(vehicle_id: str, answer: Mapping[str, object], *, at: int) -> Delivery:
    """Return a read's answer as a delivery with one report.

    `at` is when the read was made, in milliseconds: what a push brings later is newer than what in
    the answer has no time of its own.
    """
    decoding = Decoding(at, lambda _vehicle_id, _report_id: False, {})
    signals = parse_signals(vehicle_id, list(_items(answer)), at, decoding)
    report = Report(
        _vehicle(vehicle_id, answer),
        None,
        at,
        signals,
        parse_errors(answer.get("errors"), decoding),
        errors_included=False,
        pushed=False,
        retrieved=frozenset(decoding.retrieved),
    )
    return Delivery(
        Kind.STATE,
        reports=(report,),
        notes=tuple(decoding.notes),
        faults=tuple(decoding.faults),
    )


def _items(answer: Mapping[str, object]) -> Iterator[object]:
    """Yield the signals in the form in which a push has them."""
    for element in as_list(answer.get("data")):
        if not isinstance(element, dict):
            yield element
            continue
        attributes, meta = as_dict(element.get("attributes")), as_dict(element.get("meta"))
        if "ingestedAt" in meta and error_of(attributes.get("status")) is not None:
            # The other times are those of the value that the error ended, if there was one.
            meta = {"fetchedAt": meta["ingestedAt"]}
        yield {**attributes, "meta": meta}


def _vehicle(vehicle_id: str, answer: Mapping[str, object]) -> VehicleInfo:
    """Return the vehicle with what the answer tells about it; its ID is the one asked for."""
    included = as_dict(as_dict(answer.get("included")).get("vehicle"))
    attributes = as_dict(included.get("attributes"))
    return VehicleInfo(
        vehicle_id,
        make=as_name(attributes.get("make")),
        model=as_name(attributes.get("model")),
        year=as_year(attributes.get("year")),
        powertrain=as_name(attributes.get("powertrainType")),
    )
