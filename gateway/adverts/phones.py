"""Phones, laptops and finders: recognised so that they can be dropped. Their identities rotate."""

from typing import Final

from gateway.sightings import Fields

MICROSOFT: Final = 0x0006
EXPOSURE_SERVICE: Final = 0xFD6F
FIND_MY: Final = 0x12
FIND_MY_SEPARATED_BYTES: Final = 0x19
ROTATING_COMPANIES: Final = frozenset((MICROSOFT, 0x0075, 0x00E0))
"""Microsoft, Samsung, Google: data that no decoder knows is a phone's or a laptop's."""
ROTATING_SERVICES: Final = frozenset((0xFCF1, 0xFE2C, 0xFEF3, 0xFE9F, 0xFD5A, 0xFCB2, 0xFD69, 0xFEF1))
"""Google (fast pair, nearby share), Samsung SmartTag and friends, "Detection of Unwanted Trackers"."""


def apple(data: bytes) -> Fields | None:
    """Apple manufacturer data that is no iBeacon: a chain of type, length, value."""
    subtypes: list[int] = []
    lengths: list[int] = []
    at = 0
    while at + 1 < len(data):
        subtypes.append(data[at])
        lengths.append(data[at + 1])
        at += 2 + data[at + 1]
    if not subtypes:
        return None
    if FIND_MY in subtypes:
        separated = lengths[subtypes.index(FIND_MY)] == FIND_MY_SEPARATED_BYTES
        return {"type": "apple_findmy", "separated": separated, "trackable_identity": False}
    return {"type": "apple_continuity", "subtypes": subtypes, "trackable_identity": False}


def microsoft(data: bytes) -> Fields | None:
    """Connected Devices Platform beacons of Windows machines and phones."""
    if data[:1] != b"\x01":
        return None
    return {"type": "microsoft_cdp", "company_id": MICROSOFT, "trackable_identity": False}


def exposure_notification(data: bytes) -> Fields | None:
    if len(data) < 20:
        return None
    return {
        "type": "exposure_notification",
        "rpi": data[:16].hex(),
        "aem": data[16:20].hex(),
        "trackable_identity": False,
    }
