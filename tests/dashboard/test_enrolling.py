"""Tags to be enrolled, line by line."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.enrolling import Line, read_lines
from tests.sites import small_mall

SITE = small_mall()


def read(text: str, **enrolled: str) -> tuple[Line, ...]:
    return read_lines(text, "asset", "cart-{n}", SITE, enrolled)


def problems(text: str) -> list[tuple[int, str, str]]:
    return [(line.line, line.problem, line.other) for line in read(text)]


def test_an_address_alone_is_enough() -> None:
    (line,) = read("c30000770001\n")
    assert line == Line(1, "C3:00:00:77:00:01", "asset", "cart-001", "tag")


def test_tables_come_in_any_order_with_a_first_line_that_names_the_columns() -> None:
    text = "subject;device_id;kind\nvisitor-7;c3-00-00-77-00-01;loan\n"
    (line,) = read(text)
    assert (line.line, line.device_id, line.subject, line.kind) == (
        2,
        "C3:00:00:77:00:01",
        "visitor-7",
        "loan",
    )


def test_each_line_says_what_is_wrong_with_it() -> None:
    staff, device = SITE.staff[0], SITE.devices[0]
    text = "\n".join(
        [
            "C3:00:00:77:00:01",
            "c30000770001",
            "nonsense",
            staff.device_id,
            "C3:00:00:77:00:02,pet",
            "C3:00:00:77:00:03,asset,two words",
            "",
            "C3:00:00:77:00:04,asset,cart,spoon",
        ]
    )
    assert problems(text) == [
        (1, "", ""),
        (2, "twice", "1"),
        (3, "bad_address", ""),
        (4, "enrolled_already", staff.unit_id),
        (5, "bad_kind", "pet"),
        (6, "bad_subject", "two words"),
        (8, "bad_class", "spoon"),
    ]
    (known,) = read_lines(device.device_id, "asset", "x", SITE, {device.device_id: device.subject})
    assert (known.problem, known.other) == ("enrolled_already", device.subject)


def test_beacons_without_an_address_go_by_their_id() -> None:
    assert problems("ibeacon:FDA50693-a4e2-4fb1-afcf-c6eb07647825:10065:26049") == [(1, "", "")]
    assert problems("ibeacon:nonsense")[0][1] == "bad_address"


@given(st.text())
def test_any_text_is_answered_and_each_device_is_enrolled_once(text: str) -> None:
    lines = read(text)
    good = [line.device_id for line in lines if not line.problem]
    assert len(good) == len(set(good))
    assert all(line.line <= len(text.splitlines()) for line in lines)
