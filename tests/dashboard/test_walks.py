"""Words of commissioning: what a page sends is held to its types."""

import msgspec
import pytest

from dashboard.walks import NewWalk, Walk, WalkRefused


def test_a_page_may_not_send_what_is_not_known() -> None:
    assert msgspec.json.decode(b'{"device_id":"C3:00:00:77:00:01"}', type=NewWalk).height_m == 1.2
    with pytest.raises(msgspec.ValidationError, match="heigth"):
        msgspec.json.decode(b'{"device_id":"x","heigth":1}', type=NewWalk)
    with pytest.raises(msgspec.ValidationError, match="device_class"):
        msgspec.json.decode(b'{"device_id":"x","device_class":"spoon"}', type=NewWalk)


def test_a_walk_reads_back_and_a_refusal_has_its_word() -> None:
    walk = Walk("w1", "operator/t", 1, None, "x", "tag", "t", 1.2, (), ())
    assert msgspec.json.decode(msgspec.json.encode(walk), type=Walk) == walk
    assert WalkRefused("another_walk").reason == "another_walk"
