"""Alembic's entry: runs the migrations on the connection that ``runtime.store`` hands over."""

from alembic import context

import runtime.accounts_tables  # noqa: F401  (its tables hang on the same metadata)
from runtime.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
