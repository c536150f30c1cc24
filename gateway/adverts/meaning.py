"""From an advert's fields to the words of a sighting: beacon, telemetry, button, name."""

from functools import lru_cache
from typing import Final, NamedTuple

from gateway.adverts.beacons import beacon_id
from gateway.adverts.decode import decode_advert
from gateway.sightings import Fields

_BEACONS: Final = ("ibeacon", "altbeacon", "eddystone_uid", "eddystone_url", "eddystone_eid")
_BEACON_KEYS: Final = (
    *("type", "uuid", "major", "minor", "measured_power_dbm"),
    *("namespace", "instance", "tx_power_at_0m_dbm", "url", "eid"),
    *("company_id", "id1", "id2", "id3", "reference_rssi_dbm", "mfg_reserved"),
)
_PHONES: Final = frozenset(
    ("apple_continuity", "apple_findmy", "google_find_hub", "microsoft_cdp", "exposure_notification")
)
_NOT_TELEMETRY: Final = frozenset(
    (
        *("type", "name", "mac", "mac_suffix", "device_id", "trackable_identity", "tx_power_at_0m_dbm"),
        *("service_uuids", "service_data_uuid", "contains", "encrypted", "error", "packet_id"),
        *("button", "buttons", "button_pressed", "press_mode", "triggered", "trigger_count", "tx_count"),
        *_BEACON_KEYS,
    )
)
_BTHOME_MODES: Final = {
    "press": "single",
    "double_press": "double",
    "triple_press": "triple",
    "long_press": "long",
    "long_double_press": "long_double",
    "long_triple_press": "long_triple",
    "hold_press": "hold",
}


def advert_details(fields: Fields) -> Fields:
    """A decoded advert's fields as ``beacon telemetry button name transient_phone``."""
    if fields["type"] in _PHONES:
        return {"transient_phone": True}
    details: Fields = {}
    if fields["type"] in _BEACONS:
        details["beacon"] = {key: fields[key] for key in _BEACON_KEYS if key in fields}
    telemetry = {
        name: value for name, value in fields.items() if name not in _NOT_TELEMETRY and value is not None
    }
    if telemetry.keys() - {"tx_power_dbm"}:
        details["telemetry"] = {"format": _telemetry_format(fields["type"]), **telemetry}
    button = button_of(fields)
    if button:
        details["button"] = button
    if "name" in fields and not fields["type"].startswith("minew_v3"):
        details["name"] = fields["name"]
    return details


def button_of(fields: Fields) -> Fields | None:
    """What a decoded advert says of its button: ``mode``, ``pressed``, and what tells a new press."""
    kind = fields["type"]
    if kind == "moko_bxp_button":
        return {
            "mode": fields["press_mode"],
            "pressed": fields["triggered"],
            "counter": fields["trigger_count"],
        }
    if kind == "minew_mse01":
        return {"mode": "single", "pressed": any(fields["button_pressed"]), "counter": fields["tx_count"]}
    if "buttons" in fields:
        return bthome_button(fields["buttons"], fields.get("packet_id"))
    if "button" in fields:
        return {"mode": "flag", "pressed": fields["button"]}
    return None


def bthome_button(buttons: list[str], packet_id: int | None) -> Fields:
    """BTHome lists all keys of a remote; the first that is not ``none`` was pressed."""
    active = [(number, event) for number, event in enumerate(buttons, 1) if event != "none"]
    if not active:
        button: Fields = {"mode": "single", "pressed": False}
    else:
        number, event = active[0]
        button = {"mode": _BTHOME_MODES.get(event, event), "pressed": True}
        if len(buttons) > 1:
            button["key"] = number
    if packet_id is not None:
        button["packet_id"] = packet_id
    return button


def _telemetry_format(kind: str) -> str:
    """Minew's A1xx frames go by the service that carries them."""
    return kind.replace("minew_a1", "minew_ffe1_a1")


class Meaning(NamedTuple):
    """What an advert says that the ingest acts upon."""

    identity: str | None
    """The id of a beacon that names itself."""
    button: Fields | None
    values: tuple[int | None, int | None, bool | None]
    """Battery in mV, battery in per cent, moving."""
    silent: bool
    """Neither button nor values: it only says that the tag is here."""
    is_level: bool
    """The button is a level that is true now: that it goes on matters."""


@lru_cache(maxsize=16_384)
def meaning_of(ad: bytes, address: str | None = None, key: bytes | None = None) -> Meaning:
    """The meaning of an advertisement. Never raises; the same bytes come from eight gateways: remembered."""
    fields = decode_advert(ad, address, key)
    button, values = button_of(fields), telemetry_of(fields)
    silent = button is None and values == (None, None, None)
    is_level = button is not None and button["mode"] == "flag" and bool(button["pressed"])
    return Meaning(beacon_id(fields), button, values, silent, is_level)


def telemetry_of(fields: Fields) -> tuple[int | None, int | None, bool | None]:
    """Battery in mV, battery in per cent, moving; a battery of 0 mV is a mains supply or nothing known."""
    millivolts, percent = fields.get("battery_mv"), fields.get("battery_percent")
    moving = fields.get("moving", fields.get("motion", fields.get("vibration")))
    return (
        round(millivolts) if isinstance(millivolts, int | float) and millivolts > 0 else None,
        round(percent) if isinstance(percent, int | float) and 0 <= percent <= 100 else None,
        moving if isinstance(moving, bool) else None,
    )


def may_name_itself(ad: bytes) -> bool:
    """A quick look: only such adverts are worth decoding when nobody knows the address."""
    return b"\x4c\x00\x02\x15" in ad or b"\x16\xaa\xfe\x00" in ad or b"\xbe\xac" in ad
