"""The tables of the record store. Every table of the product hangs on this one ``metadata``."""

import sqlalchemy as sa

metadata = sa.MetaData()

BIG_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite's own row number needs the type INTEGER, which is as wide there."""

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("seq", BIG_KEY, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False, comment="instant, microseconds"),
    sa.Column("kind", sa.String(40), nullable=False, comment="class of the fact"),
    sa.Column("payload", sa.LargeBinary, nullable=False, comment="the fact in MessagePack"),
)
