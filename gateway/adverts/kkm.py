"""KKM sensors: frame 0x21 on the Eddystone UUID (not an Eddystone frame)."""

from gateway.adverts.walk import fixed88, i16be, u16be
from gateway.sightings import Fields

BATTERY, TEMPERATURE, HUMIDITY, ACCELERATION = 1, 2, 4, 8
ACCELERATION_BYTES = 6


def sensor(data: bytes) -> Fields | None:
    """Service data of FEAA that begins with 0x21: version, mask, then a field for each bit.

    Tags in the field append the acceleration without setting its bit: six bytes left over are it.
    """
    if len(data) < 3 or data[0] != 0x21:
        return None
    fields: Fields = {"type": "kkm_sensor"}
    mask, at = data[2], 3
    if mask & BATTERY and at + 2 <= len(data):
        fields["battery_mv"] = u16be(data, at)
        at += 2
    if mask & TEMPERATURE and at + 2 <= len(data):
        fields["temperature_c"] = fixed88(data, at)
        at += 2
    if mask & HUMIDITY and at + 2 <= len(data):
        fields["humidity_percent"] = fixed88(data, at)
        at += 2
    left = len(data) - at
    if left == ACCELERATION_BYTES or (mask & ACCELERATION and left > ACCELERATION_BYTES):
        fields["acceleration_mg"] = [i16be(data, at + offset) for offset in (0, 2, 4)]
    return fields
