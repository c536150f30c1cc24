import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import read

LINE = "$GPRP,7ABA6F20ACCF,806172C89C09,-2,020106"


def test_lines_of_all_kinds_in_one_text() -> None:
    beat = "$HBRP,806172C89C09,806172C89C09,-127,00000000"
    text = f"{LINE}\r\n{beat}\n$LRAD,F704B6D48BE8,806172C89C09,-24,,1575440728\n"
    decoded = read(text, "", "ingics")
    assert decoded.gateway == "80:61:72:C8:9C:09"
    assert [sighting.adv for sighting in decoded.sightings] == [b"\x02\x01\x06", None]
    assert decoded.drops == {"gateway_line": 1}


def test_lines_that_are_cut_or_wrong_are_counted() -> None:
    decoded = read(
        f"{LINE}\n$GPRP,7ABA6F20ACCF\n$GPRP,x,806172C89C09,-2,\n$GPRP,7ABA6F20ACCF,806172C89C09,-127,\nnoise"
    )
    assert len(decoded.sightings) == 1
    assert decoded.drops == {"bad_entry": 1, "no_device": 1, "no_rssi": 1, "gateway_line": 1}


def test_two_gateways_in_one_message_keep_their_own() -> None:
    decoded = read({"data": [LINE, LINE.replace("806172C89C09", "1173AE7325A2")]}, "", "ingics")
    assert decoded.gateway is None
    assert [sighting.gateway for sighting in decoded.sightings] == ["80:61:72:C8:9C:09", "11:73:AE:73:25:A2"]


def test_a_heartbeat_is_no_sighting() -> None:
    decoded = read("$HBRP,F008D1798C60,F008D1798C60,-127,00000000,1635322857")
    assert (decoded.kind, decoded.sightings) == ("gateway_heartbeat", [])
    with pytest.raises(WireError):
        read("$GPSR,C82B96AE3B04")


@pytest.mark.parametrize("body", [{"data": LINE}, {"data": f"{LINE}\r\n{LINE}"}, [LINE], {"data": [LINE]}])
def test_lines_in_json_of_any_shape(body: object) -> None:
    decoded = read(body, name="ingics")
    assert decoded.gateway == "80:61:72:C8:9C:09"
    assert {sighting.rssi_dbm for sighting in decoded.sightings} == {-2}
