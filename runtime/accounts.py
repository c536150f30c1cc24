"""People who may log in, their sessions, and who looked at whom. Blocks for a moment: call it in threads."""

import contextlib
import functools
import hashlib
import itertools
import secrets
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Final, Literal

import argon2
import sqlalchemy as sa

from contracts.errors import StorageError
from contracts.quantities import DAY, Instant, from_seconds
from contracts.sitemap import Name, Site
from dashboard.access import AuditEntry, RoleName, Session, UserEntry
from dashboard.audit import matches
from runtime.accounts_tables import audit, sessions, users

ROLES: Final = ("operator", "staff", "technician", "admin")
TOKEN_BYTES: Final = 32
SESSIONS_PER_USER: Final = 20
"""A person's oldest sessions are closed beyond this many."""
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of generated passwords: nothing that is mistaken for something else when copied from a screen."""


class Accounts:
    """Users, sessions and audit in the record store. Safe to be called from several threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        """OWASP's second choice of argon2id: 19 MiB, two passes; a guess costs about 20 ms of a core."""

    @functools.cached_property
    def _nobody(self) -> str:
        """A hash that no password has, checked where there is no such user."""
        return self._hasher.hash(secrets.token_urlsafe())

    # --- users --------------------------------------------------------------------------------------

    def create_user(
        self,
        user: str,
        password: str,
        role: RoleName,
        now: Instant,
        unit_id: str | None = None,
        name: Name | None = None,
        language: Literal["zh", "en"] = "zh",
    ) -> None:
        """A new person.

        Raises:
            ValueError: role unknown, name or password too short, name taken, staff without a unit.
        """
        user = _normal(user)
        if role not in ROLES:
            raise ValueError(f"role {role!r}: expected one of {' '.join(ROLES)}")
        if not 1 <= len(user) <= 100 or len(password) < 8:
            raise ValueError("a user name has 1 to 100 characters, a password at least 8")
        if (role == "staff") != (unit_id is not None):
            raise ValueError("staff, and only staff, have a unit")
        row = {
            "user": user,
            "password_hash": self._hasher.hash(password),
            "role": role,
            "unit_id": unit_id,
            "name_zh": name.zh if name else user,
            "name_en": name.en if name else user,
            "language": language,
            "disabled": False,
            "created_at": now,
        }
        try:
            with self._writing() as connection:
                connection.execute(sa.insert(users).values(row))
        except sa.exc.IntegrityError as error:
            raise ValueError(f"there is a user {user} already") from error

    def set_password(self, user: str, password: str) -> None:
        """A new password; all sessions of the person end."""
        if len(password) < 8:
            raise ValueError("a password has at least 8 characters")
        self._change(user, password_hash=self._hasher.hash(password))
        self.revoke_all(user)

    def disable(self, user: str) -> None:
        """The person cannot log in any more; all sessions end."""
        self._change(user, disabled=True)
        self.revoke_all(user)

    def enable(self, user: str) -> None:
        """The person may log in again."""
        self._change(user, disabled=False)

    def add_user(self, user: str, role: RoleName, now: Instant, unit_id: str | None, name: Name) -> str:
        """A new person with a generated password, which is returned and stored nowhere."""
        password = _generated_password()
        self.create_user(user, password, role, now, unit_id, name)
        return password

    def renew_password(self, user: str) -> str:
        """A new generated password; all sessions of the person end."""
        password = _generated_password()
        self.set_password(user, password)
        return password

    def list_users(self) -> list[UserEntry]:
        """Everybody, also those who are disabled, by name."""
        columns = [users.c[name] for name in UserEntry.__struct_fields__]
        with self._reading() as connection:
            return [UserEntry(*row) for row in connection.execute(sa.select(*columns).order_by(users.c.user))]

    def set_language(self, user: str, language: str) -> None:
        assert language in ("zh", "en"), language
        self._change(user, language=language)

    def users(self) -> list[str]:
        """Log-in names in use, sorted."""
        with self._reading() as connection:
            query = sa.select(users.c.user).where(~users.c.disabled).order_by(users.c.user)
            return list(connection.scalars(query))

    def verify(self, user: str, password: str, now: Instant) -> Session | None:
        """The person if the password is right; takes as long for a name that does not exist."""
        with self._reading() as connection:
            row = connection.execute(sa.select(users).where(users.c.user == _normal(user))).one_or_none()
        usable = row is not None and not row.disabled
        try:
            self._hasher.verify(row.password_hash if row is not None and usable else self._nobody, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return None
        if row is None or not usable:
            return None
        if self._hasher.check_needs_rehash(row.password_hash):
            self._change(row.user, password_hash=self._hasher.hash(password))
        return _session(row, expires_at=0)

    # --- sessions -----------------------------------------------------------------------------------

    def open_session(self, user: str, now: Instant, life_s: float) -> str:
        """A new session; returns its token (256 random bits), of which only the hash is kept."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = {
            "token_hash": _hash(token),
            "user": _normal(user),
            "opened_at": now,
            "expires_at": now + from_seconds(life_s),
        }
        newest = (
            sa.select(sessions.c.token_hash)
            .where(sessions.c.user == row["user"])
            .order_by(sessions.c.opened_at.desc(), sessions.c.token_hash)
            .limit(SESSIONS_PER_USER)
        )
        with self._writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(sa.insert(sessions).values(row))
            kept = list(connection.scalars(newest))
            connection.execute(
                sa.delete(sessions).where(sessions.c.user == row["user"], sessions.c.token_hash.not_in(kept))
            )
        return token

    def session(self, token: str, now: Instant) -> Session | None:
        """Whose session the token opens; None when it is over, revoked or nobody's."""
        query = (
            sa.select(users, sessions.c.expires_at)
            .join(users, users.c.user == sessions.c.user)
            .where(sessions.c.token_hash == _hash(token), sessions.c.expires_at > now, ~users.c.disabled)
        )
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _session(row, row.expires_at)

    def revoke(self, token: str) -> None:
        with self._writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.token_hash == _hash(token)))

    def revoke_all(self, user: str) -> None:
        with self._writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.user == _normal(user)))

    # --- audit --------------------------------------------------------------------------------------

    def audit(self, who: str, what: str, whom: str, at: Instant, detail: str = "") -> None:
        """Enter who looked at whom, or did what outside the journal. Texts are cut to their columns."""
        row = {"at": at, "who": who[:120], "what": what[:40], "whom": whom[:120], "detail": detail[:500]}
        with self._writing() as connection:
            connection.execute(sa.insert(audit).values(row))

    def entries(
        self, since: Instant = 0, until: Instant | None = None, find: str = "", limit: int = 100
    ) -> Sequence[AuditEntry]:
        """Of [since, until) what has all words of ``find``, newest first."""
        query = sa.select(*audit.c).where(audit.c.at >= since).order_by(audit.c.at.desc(), audit.c.id.desc())
        if until is not None:
            query = query.where(audit.c.at < until)
        with self._reading() as connection:
            rows = connection.execution_options(yield_per=500).execute(query)
            entries = (AuditEntry(row.at, row.who, row.what, row.whom, row.detail) for row in rows)
            return list(itertools.islice((entry for entry in entries if matches(entry, find)), limit))

    def prune(self, now: Instant, audit_days: int) -> int:
        """Drop sessions that are over and audit entries that are too old; returns how many entries."""
        with self._writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
            gone = connection.execute(sa.delete(audit).where(audit.c.at < now - audit_days * DAY))
            return gone.rowcount

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """A connection. Raises ``StorageError`` when the store does not answer."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            raise StorageError(f"the accounts cannot be read: {error}") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction. Raises ``StorageError`` when the store does not answer."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            raise StorageError(f"the accounts cannot be written: {error}") from error

    def _change(self, user: str, **values: object) -> None:
        with self._writing() as connection:
            changed = connection.execute(sa.update(users).where(users.c.user == _normal(user)).values(values))
        if changed.rowcount != 1:
            raise ValueError(f"there is no user {user}")


def ensure_demo_users(
    accounts: Accounts, site: Site, passwords: MutableMapping[str, str], now: Instant
) -> list[tuple[str, str, RoleName]]:
    """Operator, technician, admin and each staff member of the demo can log in: (user, password, role).

    ``passwords`` holds what earlier starts generated, by user, and is filled in; the caller keeps it.
    A user whose password is not in it keeps the own one and is not in the answer.
    """
    wanted: list[tuple[str, RoleName, str | None, Name | None]] = [
        ("operator", "operator", None, Name(zh="值班员", en="Operator")),
        ("technician", "technician", None, Name(zh="技术员", en="Technician")),
        ("admin", "admin", None, Name(zh="管理员", en="Administrator")),
        *((member.unit_id, "staff", member.unit_id, member.name) for member in site.staff),
    ]
    known = set(accounts.users())
    for user, role, unit_id, name in wanted:
        if _normal(user) not in known:
            passwords[user] = _generated_password()
            accounts.create_user(user, passwords[user], role, now, unit_id, name)
    return [(user, passwords[user], role) for user, role, _, _ in wanted if user in passwords]


def _generated_password() -> str:
    """About 59 bits, in three groups that can be typed on a handheld."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def _normal(user: str) -> str:
    return user.strip().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _session(row: sa.Row[tuple[object, ...]], expires_at: Instant) -> Session:
    return Session(
        user=row.user,
        role=row.role,
        unit_id=row.unit_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        language=row.language,
        expires_at=expires_at,
    )
