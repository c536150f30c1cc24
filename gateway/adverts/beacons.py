"""iBeacon, AltBeacon and Eddystone, after their specifications."""

from typing import Final

from gateway.addresses import canonical_uuid, uuid_of
from gateway.adverts.walk import fixed88, i8, u16be
from gateway.sightings import Fields

APPLE: Final = 0x004C
_URL_SCHEMES: Final = ("http://www.", "https://www.", "http://", "https://")
_URL_ENDINGS: Final = (
    *(".com/", ".org/", ".edu/", ".net/", ".info/", ".biz/", ".gov/"),
    *(".com", ".org", ".edu", ".net", ".info", ".biz", ".gov"),
)


def ibeacon(data: bytes) -> Fields | None:
    """Apple manufacturer data after the company id: ``02 15``, UUID, major, minor, power at 1 m.

    Some tags add one byte of battery; anything longer is something else.
    """
    if data[:2] != b"\x02\x15" or len(data) not in (23, 24):
        return None
    return {
        "type": "ibeacon",
        "uuid": uuid_of(data[2:18]),
        "major": u16be(data, 18),
        "minor": u16be(data, 20),
        "measured_power_dbm": i8(data, 22),
    }


def altbeacon(company: int, data: bytes) -> Fields | None:
    """Any company's data after its id: ``BE AC``, 16 + 2 + 2 bytes of identity, RSSI at 1 m, one reserved."""
    if data[:2] != b"\xbe\xac" or len(data) < 24:
        return None
    return {
        "type": "altbeacon",
        "company_id": company,
        "id1": uuid_of(data[2:18]),
        "id2": u16be(data, 18),
        "id3": u16be(data, 20),
        "reference_rssi_dbm": i8(data, 22),
        "mfg_reserved": data[23],
    }


def eddystone(data: bytes) -> Fields | None:
    """Service data of FEAA. Its powers are at 0 m: 41 dB above those at 1 m."""
    if not data:
        return None
    match data[0]:
        case 0x00:
            return _uid(data)
        case 0x10:
            return {
                "type": "eddystone_url",
                "url": eddystone_url(data[2:]),
                "tx_power_at_0m_dbm": i8(data, 1),
            }
        case 0x20:
            return _tlm(data)
        case 0x30:
            if len(data) < 10:
                return None
            return {"type": "eddystone_eid", "eid": data[2:10].hex(), "tx_power_at_0m_dbm": i8(data, 1)}
        case 0x40 | 0x41:
            return {
                "type": "google_find_hub",
                "separated": data[0] == 0x41,
                "trackable_identity": False,
            }
    return None


def _uid(data: bytes) -> Fields | None:
    if len(data) < 18:
        return None
    return {
        "type": "eddystone_uid",
        "namespace": data[2:12].hex(),
        "instance": data[12:18].hex(),
        "tx_power_at_0m_dbm": i8(data, 1),
    }


def _tlm(data: bytes) -> Fields | None:
    if data[1] == 1 and len(data) >= 18:
        return {
            "type": "eddystone_etlm",
            "encrypted": data[2:14].hex(),
            "salt": data[14:16].hex(),
            "mic": data[16:18].hex(),
        }
    if data[1] != 0 or len(data) < 14:
        return None
    return {
        "type": "eddystone_tlm",
        "battery_mv": u16be(data, 2),
        "temperature_c": None if data[4:6] == b"\x80\x00" else fixed88(data, 4),
        "adv_count": int.from_bytes(data[6:10], "big"),
        "uptime_s": int.from_bytes(data[10:14], "big") / 10,
    }


def eddystone_url(data: bytes) -> str:
    """Scheme byte and encoded URL as text; empty where there is none."""
    if not data or data[0] >= len(_URL_SCHEMES):
        return ""
    return _URL_SCHEMES[data[0]] + "".join(
        _URL_ENDINGS[byte] if byte < len(_URL_ENDINGS) else chr(byte) for byte in data[1:]
    )


def beacon_id(fields: Fields) -> str | None:
    """The device id of a beacon that names itself; None for everything that goes by its address."""
    match fields.get("type"):
        case "ibeacon":
            return ibeacon_id(fields["uuid"], fields["major"], fields["minor"])
        case "eddystone_uid":
            return f"eddystone:{fields['namespace']}:{fields['instance']}"
        case "altbeacon":
            return f"altbeacon:{fields['id1']}:{fields['id2']}:{fields['id3']}"
    return None


def ibeacon_id(uuid: object, major: object, minor: object) -> str | None:
    """``ibeacon:<uuid>:<major>:<minor>`` from values of any spelling; None where one is missing."""
    known = canonical_uuid(uuid) if isinstance(uuid, str) else None
    if known is None or type(major) is not int or type(minor) is not int:
        return None
    return f"ibeacon:{known}:{major & 0xFFFF}:{minor & 0xFFFF}"
