from firmware_sim.adverts import SCAN_RESPONSE
from firmware_sim.beacons import stranger_id
from firmware_sim.formats.base import hardware, hardware_hex
from tests.firmware_sim.builders import SECOND, START, rng
from tests.firmware_sim.formats.batches import batch, heard_at, installed, tags


def test_a_batch_tells_the_gateways_time() -> None:
    sent = batch()
    assert sent.at.tolist()[:2] == [heard_at(0), heard_at(1)]
    assert sent.sent_at == START + sent.clock_error


def test_texts_are_made_once_until_a_button_is_pressed_or_its_alarm_ends() -> None:
    known, made = tags(), []

    def make(_tags: object, device: int) -> tuple[str, ...]:
        made.append(device)
        return (str(device),)

    for _ in range(3):
        assert known.texts(make)[3] == ("3",)
    assert made == list(range(len(known.beacons)))
    made.clear()
    known.beacons.press(3, START)
    known.refresh(START)
    known.refresh(START + SECOND)
    assert made == [3]
    known.refresh(START + 40 * SECOND)
    assert made == [3, 3]


def test_a_new_address_is_a_new_advert() -> None:
    known = tags()
    stranger = known.beacons.kind.index("stranger")
    before = known.advert(stranger), known.address(stranger)
    known.beacons.ids[stranger] = stranger_id(rng(9))
    known.forget(stranger)
    assert (known.advert(stranger), known.address(stranger)) != before


def test_scan_responses_are_joined_where_they_fit() -> None:
    known = tags(joined=frozenset(range(6)))
    assert known.advert(0).endswith(SCAN_RESPONSE)
    assert all(len(known.advert(device)) <= 62 for device in range(len(known.beacons)))


def test_beacons_by_id_have_an_address_too() -> None:
    known = tags()
    app = known.beacons.kind.index("app")
    assert len(known.address(app)) == 12
    assert int(known.address(app)[:2], 16) >= 0xC0


def test_hardware_is_called_by_its_address_or_its_id() -> None:
    assert hardware(installed("minew")) == "AC:23:3F:C0:36:41"
    assert hardware_hex(installed("minew")) == "AC233FC03641"
    assert hardware(installed("nearhand")) == "gw-L1-01"
