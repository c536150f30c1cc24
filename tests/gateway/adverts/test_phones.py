from gateway.adverts.phones import apple, exposure_notification, microsoft


def test_apples_chain_of_messages() -> None:
    assert apple(bytes.fromhex("0f06a033bd08c5001002440c")) == {
        "type": "apple_continuity",
        "subtypes": [15, 16],
        "trackable_identity": False,
    }
    assert apple(b"") is None


def test_find_my_near_its_owner_and_apart() -> None:
    near, apart = apple(bytes.fromhex("12020000")), apple(b"\x12\x19" + bytes(25))
    assert near is not None
    assert apart is not None
    assert (near["separated"], apart["separated"]) == (False, True)


def test_others() -> None:
    assert microsoft(b"\x01\x09\x20") is not None
    assert microsoft(b"\x03\x00") is None
    assert exposure_notification(bytes(19)) is None
    assert exposure_notification(bytes(20)) is not None
