import json

from firmware_sim.formats.openmqttgateway import encode, status
from tests.firmware_sim.formats.batches import batch, condition, installed, tags


def _bodies(device: list[int], known: object = None) -> list[dict[str, object]]:
    written = encode(batch(device, gateway=installed("openmqttgateway")), known or tags())  # type: ignore[arg-type]
    return [json.loads(payload) for _, payload in written]


def test_large_majors_come_out_negative() -> None:
    known = tags()
    app = known.beacons.kind.index("app")
    known.beacons.ids[app] = "ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:40000:3"
    (body,) = _bodies([app], known)
    assert (body["major"], body["minor"], body["mfid"]) == (40000 - 65536, 3, "4c00")


def test_undecoded_adverts_come_in_parts_without_time() -> None:
    known = tags(joined=frozenset({1}))
    asset = known.beacons.kind.index("asset")
    sensor, button = _bodies([asset, 1], known)
    assert str(sensor["manufacturerdata"]).startswith("9904"), "with the company id"
    assert button["servicedatauuid"] == "0xfee0"
    assert not str(button["servicedata"]).startswith("e0fe"), "without the UUID"
    assert button["name"] == "MK Button"
    assert not {"time", "timestamp"} & set(sensor)


def test_the_will_is_plain_text_and_the_system_message_is_no_beacon() -> None:
    assert status(condition("openmqttgateway", False)) == [("home/gw-L1-01/LWT", b"offline")]
    topics = [topic for topic, _ in status(condition("openmqttgateway"))]
    assert topics == ["home/gw-L1-01/LWT", "home/gw-L1-01/SYStoMQTT"]
