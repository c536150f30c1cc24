"""One advertisement to fields: the type first recognised names it, later structures add to it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from gateway.addresses import address_of, uuid_of
from gateway.adverts import beacons, bthome, ingics, kkm, minew, moko, phones, ruuvi, walk
from gateway.sightings import Fields

HOLYIOT_SERVICE: Final = 0x5242
TEMPERATURE_SERVICE: Final = 0x2A6E
_IBEACON_LOOK: Final = b"\x4c\x00\x02\x15"

Decoder = Callable[[bytes], Fields | None]


def _feaa(data: bytes) -> Fields | None:
    return kkm.sensor(data) or beacons.eddystone(data)


def _holyiot(data: bytes) -> Fields | None:
    """Frame 0x41: battery, address, then an event: 4 vibration, 6 button."""
    if len(data) < 12 or data[0] != 0x41:
        return None
    fields: Fields = {"type": "holyiot", "battery_percent": data[1], "mac": address_of(data[2:8])}
    if data[10] == 0x04:
        fields["vibration"] = bool(data[11])
    elif data[10] == 0x06:
        fields["button"] = bool(data[11])
    return fields


_BY_SERVICE: Final[dict[int, Decoder]] = {
    0xFEAA: _feaa,
    minew.SERVICE: minew.service_data,
    moko.SERVICE: moko.service_data,
    moko.BUTTON_SERVICE: moko.button_data,
    phones.EXPOSURE_SERVICE: phones.exposure_notification,
    HOLYIOT_SERVICE: _holyiot,
}
_BY_COMPANY: Final[dict[int, Decoder]] = {
    ruuvi.COMPANY: ruuvi.ruuvi,
    minew.COMPANY: minew.manufacturer_data,
    phones.MICROSOFT: phones.microsoft,
}


@lru_cache(maxsize=8_192)
def decode_advert(ad: bytes, address: str | None = None, key: bytes | None = None) -> Fields:
    """The fields of an advertisement, ``type`` among them. Never raises; treat the result as frozen.

    ``address`` (with colons) and ``key`` open encrypted BTHome.
    """
    fields: Fields = {}
    common: Fields = {}
    for kind, data in walk.structures(ad):
        _merge(fields, _recognise(kind, data, address, key))
        _note_common(kind, data, common)
    if not fields:
        fields = _unknown(ad)
    for name, value in common.items():
        fields.setdefault(name, value)
    return fields


def _merge(fields: Fields, more: Fields | None) -> None:
    if not more:
        return
    for name, value in more.items():
        fields.setdefault(name, value)


def _recognise(kind: int, data: bytes, address: str | None, key: bytes | None) -> Fields | None:
    """The fields of one structure, None where it says nothing we know. A frame cut short says nothing."""
    if len(data) < 2:
        return None
    number, body = walk.u16le(data, 0), data[2:]
    try:
        if kind == walk.MANUFACTURER:
            return _manufacturer(number, body)
        if kind == walk.SERVICE_DATA_16:
            if number == bthome.SERVICE:
                return bthome.bthome(body, address, key)
            decoder = _BY_SERVICE.get(number)
            return decoder(body) if decoder else None
    except (IndexError, ValueError):
        return None
    return None


def _manufacturer(company: int, data: bytes) -> Fields | None:
    if company == beacons.APPLE:
        return beacons.ibeacon(data) or phones.apple(data)
    if company in ingics.COMPANIES:
        return ingics.ingics(company, data) or beacons.altbeacon(company, data)
    decoder = _BY_COMPANY.get(company)
    return (decoder(data) if decoder else None) or beacons.altbeacon(company, data)


def _note_common(kind: int, data: bytes, common: Fields) -> None:
    """What any advert may carry beside its type: name, power, services."""
    if kind in (walk.COMPLETE_NAME, walk.SHORT_NAME):
        name = walk.text_of(data)
        if name:
            common.setdefault("name", name)
    elif kind == walk.TX_POWER and len(data) == 1:
        common["tx_power_dbm"] = walk.i8(data, 0)
    elif kind in walk.UUIDS_16:
        uuids = [f"{walk.u16le(data, at):04x}" for at in range(0, len(data) - 1, 2)]
        common.setdefault("service_uuids", []).extend(uuids)
    elif kind in walk.UUIDS_128 and len(data) >= 16:
        uuids = [uuid_of(data[at : at + 16][::-1]) for at in range(0, len(data) - 15, 16)]
        common.setdefault("service_uuids", []).extend(uuids)
    elif kind == walk.SERVICE_DATA_16 and len(data) >= 2:
        _note_service(walk.u16le(data, 0), data[2:], common)


def _note_service(service: int, data: bytes, common: Fields) -> None:
    common.setdefault("service_data_uuid", f"{service:04x}")
    if service in phones.ROTATING_SERVICES:
        common["trackable_identity"] = False
    elif service == TEMPERATURE_SERVICE and len(data) >= 2:
        common["temperature_c"] = walk.i16le(data, 0) / 100


def _unknown(ad: bytes) -> Fields:
    """No type we know. Bytes that only look like an iBeacon inside another's data are none."""
    for kind, data in walk.structures(ad):
        if kind != walk.MANUFACTURER or len(data) < 2:
            continue
        company = walk.u16le(data, 0)
        if _IBEACON_LOOK in data[2:]:
            looks = "data followed by bytes that look like an iBeacon"
            return {"type": "not_a_beacon", "contains": f"company id 0x{company:04x} {looks}"}
        if company in phones.ROTATING_COMPANIES:
            return {"type": "other", "company_id": company, "trackable_identity": False}
    return {"type": "other"}
