"""The record store: schema by migration only, durable settings, clear errors."""

from pathlib import Path

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa

import runtime.accounts_tables  # noqa: F401
from contracts.errors import StorageError
from runtime.store import open_store
from runtime.tables import metadata


def test_migrations_make_exactly_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'r.db'}")
    with engine.connect() as connection:
        context = alembic.migration.MigrationContext.configure(connection)
        assert alembic.autogenerate.compare_metadata(context, metadata) == []


def test_commits_are_on_the_disk_when_they_return(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'r.db'}").connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'r.db'}")
