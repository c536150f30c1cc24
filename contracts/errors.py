"""The exceptions, drawn as a tree. Whose fault it is decides what happens (docs/architecture.md).

NearhandError
├── StartupError     the operator's: refuse to start, exit status 2, one readable paragraph
│   ├── ConfigError
│   └── SiteError
├── WireError        the sender's: drop at the edge, count, keep a sample
└── WorldError       the world's: retry with jittered back-off, report degraded
    ├── LinkError
    └── StorageError

Our own faults are assertions: they stay on, the process dies, the supervisor restarts it, replay restores.
"""

from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding may raise for bytes from outside; the last where they nest thousands of levels deep."""


class NearhandError(Exception):
    """Any error that is not a fault of this program."""


class StartupError(NearhandError):
    """The operator's: something in a file or on the command line keeps us from starting."""


class ConfigError(StartupError):
    """A setting is unknown, missing or out of range. Names the file and the place in it."""


class SiteError(StartupError):
    """The description of the site is wrong. Names the file and the feature."""


class WireError(NearhandError):
    """A message that cannot be read. ``cause`` is a short fixed word to count by."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}" if detail else cause)
        self.cause = cause
        self.detail = detail


class WorldError(NearhandError):
    """Broker, disk or radio do not answer now."""


class LinkError(WorldError):
    """The connection to the broker or to another process is gone."""


class StorageError(WorldError):
    """The disk or the database refused."""
