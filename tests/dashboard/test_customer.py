"""What a customer reads about the own call."""

import msgspec
import pytest

from contracts import messages as m
from contracts.quantities import MINUTE, SECOND
from contracts.sitemap import Name
from dashboard.customer import call_status, minutes_until, short_name
from dashboard.radar import Seen
from tests.dashboard.builders import T0, a_call, a_task
from tests.sites import small_mall

SITE = small_mall()
SEEN = Seen(floor_i=0, x_m=10.04, y_m=5.0, r95_m=2.0, quality="confirmed", seen_at=T0)


def test_who_comes_and_when() -> None:
    task = a_task(unit_id="u-01", state="en_route", eta_at=T0 + 90 * SECOND)
    status = call_status(a_call(tasks=(task,), state="en_route"), 7, SITE, {"u-01": SEEN}, T0)
    assert status.minutes_left == 2
    assert status.version == 7
    assert status.helpers[0].minutes_left == 2
    assert status.helper_place is not None
    assert (status.helper_place.floor, status.helper_place.x_m) == ("L1", 10.0)
    assert status.spot == Name(zh="一层服务台", en="Service desk L1")
    assert status.can_cancel
    assert not status.can_rate


def test_a_customer_learns_no_full_name_and_no_unit() -> None:
    task = a_task(unit_id="u-01", state="en_route")
    text = msgspec.json.encode(call_status(a_call(tasks=(task,)), 1, SITE, {}, T0)).decode()
    member = next(member for member in SITE.staff if member.unit_id == "u-01")
    assert "u-01" not in text
    assert member.name.zh not in text
    assert member.device_id not in text


def test_nobody_free_is_said_honestly() -> None:
    waiting = call_status(a_call(tasks=(a_task(waiting_for={"busy": 3}),)), 1, SITE, {}, T0)
    assert waiting.waiting
    assert waiting.minutes_left is None


def test_on_scene_nobody_cancels_and_nothing_is_left_to_wait() -> None:
    task = a_task(unit_id="u-01", state="on_scene", on_scene_at=T0)
    status = call_status(a_call(tasks=(task,), state="on_scene"), 1, SITE, {"u-01": SEEN}, T0)
    assert status.minutes_left == 0
    assert status.helper_place is None
    assert not status.can_cancel


def test_a_finished_call_can_be_rated_once_and_shows_nobody() -> None:
    task = a_task(unit_id="u-01", state="cleared", on_scene_at=T0)
    done = call_status(a_call(tasks=(task,), state="cleared"), 1, SITE, {"u-01": SEEN}, T0)
    assert done.can_rate
    assert done.helpers == ()
    assert not call_status(a_call(state="cleared", stars=3), 1, SITE, {}, T0).can_rate


def test_how_long_one_has_waited_is_said_in_whole_minutes() -> None:
    call = a_call(tasks=(a_task(waiting_for={"busy": 3}),))
    asked = call.received_at
    later = [call_status(call, 1, SITE, {}, asked + us).waited_min for us in (-1, 0, MINUTE - 1, 3 * MINUTE)]
    assert later == [0, 0, 0, 3]


def test_late_is_said() -> None:
    late = a_task(breached_at=T0)
    assert call_status(a_call(tasks=(late,)), 1, SITE, {}, T0).late


@pytest.mark.parametrize(
    ("ahead", "minutes"), [(0, 0), (1, 1), (60 * SECOND, 1), (60 * SECOND + 1, 2), (-MINUTE, 0)]
)
def test_minutes_are_rounded_up_and_never_negative(ahead: int, minutes: int) -> None:
    assert minutes_until(T0 + ahead, T0) == minutes


@pytest.mark.parametrize(
    ("zh", "en", "short"),
    [
        ("李娜", "Li Na", Name(zh="李师傅", en="Li")),
        ("欧阳修", "Ouyang Xiu", Name(zh="欧阳师傅", en="Ouyang")),
        ("", "", Name(zh="师傅", en="")),
    ],
)
def test_names_are_short(zh: str, en: str, short: Name) -> None:
    member = msgspec.structs.replace(SITE.staff[0], name=Name(zh=zh, en=en))
    assert short_name(member) == short


def test_what_was_lent_is_shown_with_the_nearest_desks_until_it_is_back() -> None:
    loan = m.LoanView("t-1", "wheelchair", "W-7", "u-01", T0, T0 + 3600 * SECOND)
    other = msgspec.structs.replace(loan, task_id="t-9", item_number="W-9")
    call = a_call(state="cleared", tasks=(a_task(state="cleared", item="wheelchair"),))
    status = call_status(call, 1, SITE, {}, T0, [other, loan])
    assert status.loan is not None
    assert status.loan.item_number == "W-7"
    assert status.loan.returns[0].floor == "L1"
    assert len(status.loan.returns) <= 3
    assert "u-01" not in msgspec.json.encode(status).decode()
    assert call_status(call, 1, SITE, {}, T0, [other]).loan is None
