"""The record store: SQLite beside us, PostgreSQL in production, behind one engine and one schema."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from contracts.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"


def open_store(url: str) -> sa.Engine:
    """An engine on the store at ``url`` (``sqlite:///FILE``, ``postgresql+psycopg://…``), schema up to date.

    SQLite runs in WAL mode with ``synchronous=FULL``: a commit is on the disk when it returns.

    Raises:
        StorageError: the store cannot be opened or migrated.
    """
    try:
        engine = sa.create_engine(url, connect_args={"timeout": 10} if url.startswith("sqlite") else {})
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _prepare_sqlite)
        with engine.begin() as connection:
            _migrate(connection)
    except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:
        raise StorageError(f"cannot open the record store {url}: {error}") from error
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(connection: sa.Connection) -> None:
    newest = max(file.stem.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))
    known = sa.inspect(connection).has_table("alembic_version")
    if known and connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == newest:
        return
    import alembic.command  # slow to import, and at most starts there is nothing to do
    import alembic.config

    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")
