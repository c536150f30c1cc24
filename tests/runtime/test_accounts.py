"""People, sessions, audit."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from contracts.errors import StorageError
from contracts.quantities import DAY, SECOND
from contracts.sitemap import Name
from runtime.accounts import SESSIONS_PER_USER, Accounts, ensure_demo_users
from runtime.accounts_tables import sessions, users
from runtime.tables import metadata
from tests.sites import small_mall

NOW = 1_700_000_000_000_000


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'records.db'}")
    metadata.create_all(engine)
    return engine


@pytest.fixture
def accounts(engine: sa.Engine) -> Accounts:
    accounts = Accounts(engine)
    accounts.create_user("Lin", "correct horse", "operator", NOW, name=Name(zh="林", en="Lin"))
    return accounts


def test_the_right_password_opens(accounts: Accounts) -> None:
    session = accounts.verify(" LIN ", "correct horse", NOW)
    assert session is not None
    assert (session.user, session.role, session.name_zh, session.by) == (
        "lin",
        "operator",
        "林",
        "operator/lin",
    )


@pytest.mark.parametrize(
    ("user", "password"), [("lin", "wrong horse"), ("nobody", "correct horse"), ("", ""), ("lin", "")]
)
def test_anything_else_does_not(accounts: Accounts, user: str, password: str) -> None:
    assert accounts.verify(user, password, NOW) is None


def test_neither_passwords_nor_tokens_are_stored(accounts: Accounts, engine: sa.Engine) -> None:
    token = accounts.open_session("lin", NOW, 60)
    with engine.connect() as connection:
        stored = repr([*connection.execute(sa.select(users)), *connection.execute(sa.select(sessions))])
    assert "correct horse" not in stored
    assert "$argon2id$" in stored
    assert token not in stored


def test_a_session_ends_with_its_time_its_log_out_and_its_user(accounts: Accounts) -> None:
    token = accounts.open_session("lin", NOW, 60)
    session = accounts.session(token, NOW + 59 * SECOND)
    assert session is not None
    assert session.expires_at == NOW + 60 * SECOND
    assert accounts.session(token, NOW + 60 * SECOND) is None
    assert accounts.session(token + "x", NOW) is None
    accounts.revoke(token)
    assert accounts.session(token, NOW) is None
    other = accounts.open_session("lin", NOW, 60)
    accounts.disable("lin")
    assert accounts.session(other, NOW) is None
    assert accounts.verify("lin", "correct horse", NOW) is None


def test_a_new_password_ends_all_sessions(accounts: Accounts) -> None:
    token = accounts.open_session("lin", NOW, 60)
    accounts.set_password("lin", "battery staple")
    assert accounts.session(token, NOW) is None
    assert accounts.verify("lin", "correct horse", NOW) is None
    assert accounts.verify("lin", "battery staple", NOW) is not None


def test_the_oldest_sessions_of_a_person_are_closed(accounts: Accounts) -> None:
    tokens = [accounts.open_session("lin", NOW + index, 60) for index in range(SESSIONS_PER_USER + 2)]
    alive = [accounts.session(token, NOW + 100) is not None for token in tokens]
    assert alive == [False, False] + [True] * SESSIONS_PER_USER


def test_bad_users_are_refused(accounts: Accounts) -> None:
    for user, password, role, unit in [
        ("lin", "long enough", "operator", None),
        ("x", "short", "operator", None),
        ("", "long enough", "operator", None),
        ("x", "long enough", "emperor", None),
        ("x", "long enough", "staff", None),
        ("x", "long enough", "admin", "u-01"),
    ]:
        with pytest.raises(ValueError, match=r".+"):
            accounts.create_user(user, password, role, NOW, unit)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nobody"):
        accounts.set_password("nobody", "long enough")


def test_the_language_is_remembered(accounts: Accounts) -> None:
    token = accounts.open_session("lin", NOW, 60)
    accounts.set_language("lin", "en")
    session = accounts.session(token, NOW)
    assert session is not None
    assert session.language == "en"


def test_the_audit_is_read_newest_first_by_time_and_words(accounts: Accounts) -> None:
    for index in range(5):
        accounts.audit("operator/lin", "follow", f"u-{index}", NOW + index, "x" * 1000)
    first = accounts.entries(limit=2)
    assert [entry.whom for entry in first] == ["u-4", "u-3"]
    assert len(first[0].detail) == 500
    assert [entry.whom for entry in accounts.entries(NOW + 1, first[-1].at)] == ["u-2", "u-1"]
    assert [entry.whom for entry in accounts.entries(find="FOLLOW u-2")] == ["u-2"]
    assert accounts.entries(find="follow nobody") == []


def test_old_entries_are_dropped_after_their_days(accounts: Accounts) -> None:
    accounts.audit("a", "follow", "old", NOW)
    accounts.audit("a", "follow", "new", NOW + 2 * DAY)
    accounts.open_session("lin", NOW, 60)
    assert accounts.prune(NOW + 31 * DAY, 30) == 1
    assert [entry.whom for entry in accounts.entries()] == ["new"]


def test_demo_users_are_made_once_and_keep_their_passwords(engine: sa.Engine) -> None:
    accounts, site = Accounts(engine), small_mall()
    kept: dict[str, str] = {}
    first = ensure_demo_users(accounts, site, kept, NOW)
    assert {role for _, _, role in first} == {"operator", "technician", "admin", "staff"}
    assert len(first) == 3 + len(site.staff)
    for user, password, role in (first[0], first[-1]):
        session = accounts.verify(user, password, NOW)
        assert session is not None
        assert session.role == role
    assert ensure_demo_users(accounts, site, kept, NOW) == first
    accounts.set_password("operator", "my own words")
    again = ensure_demo_users(accounts, site, {}, NOW)
    assert again == []
    assert accounts.verify("operator", "my own words", NOW) is not None


def test_a_store_that_does_not_answer_is_the_worlds_fault(accounts: Accounts, engine: sa.Engine) -> None:
    metadata.drop_all(engine)
    with pytest.raises(StorageError):
        accounts.session("token", NOW)
    with pytest.raises(StorageError):
        accounts.audit("a", "b", "c", NOW)
