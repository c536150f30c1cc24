"""``nearhand decode``: gateway payloads as JSON lines in, what a correct reader gets out of them out.

A line in: ``{"topic", "payload", "payload_encoding": "utf8" | "base64", "transport"}``; with ``--adverts``
``{"adv_hex", "address", "key"}``. A line out for each line in, in the terms of docs/gateways.md. What
cannot be read gives an ``error`` that names the reason.
"""

import argparse
import binascii
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TextIO

from contracts.errors import WireError
from contracts.quantities import Instant
from contracts.wire import MAX_PAYLOAD_BYTES
from gateway.adverts.decode import decode_advert
from gateway.formats import own
from gateway.formats.base import Clue, Format, decode_safely, details_of
from gateway.formats.table import BY_NAME, detect_format, formats_by_name
from gateway.sightings import ABSOLUTE, Decoded, Sighting
from runtime.settings import load_settings

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 253_402_300_799_999_999
"""End of the year 9999."""


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "decode",
        help="gateway payloads as JSON lines in, observations as JSON lines out",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--format", default="auto", metavar="NAME", help=f"auto, {', '.join(BY_NAME)}")
    parser.add_argument("--adverts", action="store_true", help="lines hold advertisement bytes alone")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="nearhand.toml with mappings and keys")
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Read standard input to its end. Exit status 0 also where lines could not be read."""
    settings = load_settings(args.settings).ingest
    formats = formats_by_name(settings.mappings)
    if args.format != "auto" and args.format not in formats:
        print(f"nearhand: no format {args.format!r}: auto, {', '.join(formats)}", file=sys.stderr)
        return 2
    known = formats.get(args.format)
    keys = {address.upper(): key for address, key in settings.bthome_keys.items()}
    for answer in answers(sys.stdin, known, args.adverts, keys):
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0


def answers(
    lines: TextIO | list[str], known: Format | None, adverts: bool, keys: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """One answer a line; blank lines are skipped. ``known`` None = detect the format."""
    for line in lines:
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            if not isinstance(given, dict):
                raise WireError("bad_line", "expected a JSON object")
            yield read_advert(given, keys) if adverts else read_message(given, known, keys)
        except WireError as error:
            yield _unread(error)
        except (ValueError, RecursionError) as error:
            yield _unread(WireError("bad_line", f"not JSON: {error}"))


def _unread(error: WireError) -> dict[str, Any]:
    return {"kind": None, "gateway": None, "sightings": [], "n_sightings": 0, "error": str(error)}


def read_advert(given: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """The fields of one advertisement, ``type`` among them.

    Raises:
        WireError: ``bad_hex``, ``too_long``.
    """
    try:
        ad = bytes.fromhex(given["adv_hex"])
        address = given.get("address")
        key_hex = given.get("key") or keys.get(str(address).upper())
        key = bytes.fromhex(key_hex) if key_hex else None
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("bad_hex", f"adv_hex and key must be hex: {error}") from error
    if len(ad) > 1650:
        raise WireError("too_long", f"{len(ad)} bytes; the longest advertisement has 1650")
    fields = decode_advert(ad, address.upper() if isinstance(address, str) else None, key)
    return {**fields, "error": fields.get("error")}


def read_message(given: dict[str, Any], known: Format | None, keys: dict[str, str]) -> dict[str, Any]:
    """One message in the terms of docs/gateways.md.

    Raises:
        WireError: with the reason.
    """
    clue = Clue(str(given.get("topic") or ""), _payload(given), str(given.get("transport") or "mqtt"))
    if len(clue.payload) > MAX_PAYLOAD_BYTES:
        raise WireError("too_long", f"{len(clue.payload)} bytes")
    chosen = known or detect_format(clue)
    return present(decode_safely(chosen, clue), chosen, keys)


def _payload(given: dict[str, Any]) -> bytes:
    payload = given.get("payload")
    if isinstance(payload, dict | list):
        return json.dumps(payload).encode()
    if not isinstance(payload, str):
        raise WireError("no_payload", "expected text in payload")
    if given.get("payload_encoding", "utf8") == "base64":
        try:
            return binascii.a2b_base64(payload)
        except binascii.Error as error:
            raise WireError("bad_base64", str(error)) from error
    return payload.encode("utf-8", "surrogatepass")


def present(decoded: Decoded, known: Format, keys: dict[str, str]) -> dict[str, Any]:
    """A decoded payload as JSON-able values."""
    found = list(own.sightings(decoded.scan)) if decoded.scan else decoded.sightings
    sightings = [_sighting(sighting, known, keys) for sighting in found]
    first = sightings[0] if sightings else {}
    fields = dict(decoded.fields)
    if "timestamp_of_message" in fields:
        fields["timestamp_of_message_utc"] = utc_text(fields.pop("timestamp_of_message"))
    return {
        "kind": decoded.kind,
        "format": known.name,
        "gateway": decoded.gateway,
        "device": first.get("device"),
        "rssi_dbm": first.get("rssi_dbm"),
        "timestamp_utc": first.get("timestamp_utc"),
        "n_sightings": len(sightings),
        "sightings": sightings,
        **fields,
        **({"drops": decoded.drops} if decoded.drops else {}),
        "error": fields.get("refused"),
    }


def _sighting(sighting: Sighting, known: Format, keys: dict[str, str]) -> dict[str, Any]:
    key = keys.get(sighting.device)
    details = details_of(sighting, known, bytes.fromhex(key) if key else None)
    absolute = sighting.at is not None and sighting.basis in ABSOLUTE
    return {
        "device": sighting.device,
        "rssi_dbm": sighting.rssi_dbm,
        "timestamp_utc": utc_text(sighting.at) if absolute and sighting.at is not None else None,
        "timestamp_basis": sighting.basis,
        "adv_hex": sighting.adv.hex() if sighting.adv else None,
        **({"gateway": sighting.gateway} if sighting.gateway else {}),
        **details,
    }


def utc_text(at: Instant) -> str | None:
    """ISO 8601 with as many decimals as it takes; None beyond the calendar."""
    if not 0 <= at <= _LAST:
        return None
    when = _EPOCH + timedelta(microseconds=at)
    if at % 1_000_000 == 0:
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")
    precision = "milliseconds" if at % 1000 == 0 else "microseconds"
    return when.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
