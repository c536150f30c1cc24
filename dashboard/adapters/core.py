"""What the web adapter needs of whoever runs it."""

from collections.abc import Sequence
from typing import Protocol

from contracts.messages import Message
from contracts.quantities import Instant
from contracts.sitemap import Name
from dashboard.access import AuditEntry, RoleName, Session, UserEntry
from dashboard.alarms import AlarmMark
from dashboard.past import Past
from dashboard.service import DashboardService


class Accounts(Protocol):
    """People who may log in. Its calls block for a moment, so the adapter makes them in threads."""

    def verify(self, user: str, password: str, now: Instant) -> Session | None:
        """The person, if the password is right and the account is in use; ``expires_at`` is 0."""
        ...

    def open_session(self, user: str, now: Instant, life_s: float) -> str:
        """A new session's token, which is stored nowhere."""
        ...

    def session(self, token: str, now: Instant) -> Session | None:
        """Whose session the token opens, unless it is over or was revoked."""
        ...

    def revoke(self, token: str) -> None: ...

    def set_language(self, user: str, language: str) -> None: ...

    def list_users(self) -> list[UserEntry]:
        """Everybody, also those who are disabled, by name."""
        ...

    def add_user(self, user: str, role: RoleName, now: Instant, unit_id: str | None, name: Name) -> str:
        """A new person; the generated password. Raises ``ValueError`` saying what is wrong."""
        ...

    def renew_password(self, user: str) -> str:
        """A new generated password; all sessions end. Raises ``ValueError`` for an unknown user."""
        ...

    def disable(self, user: str) -> None:
        """The person cannot log in any more. Raises ``ValueError`` for an unknown user."""
        ...

    def enable(self, user: str) -> None: ...

    def audit(self, who: str, what: str, whom: str, at: Instant, detail: str = "") -> None: ...

    def entries(
        self, since: Instant = 0, until: Instant | None = None, find: str = "", limit: int = 100
    ) -> Sequence[AuditEntry]:
        """Of [since, until) what has all words of ``find``, newest first."""
        ...


class AlarmStore(Protocol):
    """What was done about alarms, over restarts. Its calls block for a moment."""

    def save(self, marks: Sequence[AlarmMark], lifted: Sequence[str]) -> None: ...


class FileStore(Protocol):
    """Photos and spoken notes by id. Its calls block for a moment."""

    def keep(self, file_id: str, content: bytes) -> None:
        """Durable when it returns; the same id again changes nothing. Raises ``StorageError``."""
        ...

    def read(self, file_id: str) -> bytes | None: ...

    def drop(self, file_id: str) -> None: ...


class ScreensCore(Protocol):
    """The process around the adapter: one dashboard service, the bus, the clock, the accounts."""

    service: DashboardService
    accounts: Accounts
    alarms: AlarmStore
    files: FileStore
    past: Past | None
    """What replays read; None where nothing is kept."""
    secret: bytes
    """Signs the tokens of spots, devices and calls; the same over restarts."""

    def now(self) -> Instant: ...

    async def send(self, message: Message) -> None:
        """Publish a command or presence. Raises ``LinkError`` when that is known to have failed."""
        ...
