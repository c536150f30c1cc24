"""The tables of the record store. Every table of the product hangs on this one ``metadata``."""

import sqlalchemy as sa

metadata = sa.MetaData()

BIG_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite's own row number needs the type INTEGER, which is as wide there."""

alarm_marks = sa.Table(
    "alarm_marks",
    metadata,
    sa.Column("alarm_id", sa.String(200), primary_key=True),
    sa.Column("act", sa.String(10), nullable=False, comment="ack, shelve"),
    sa.Column("by", sa.String(120), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("until", sa.BigInteger, comment="of a shelved one: when it is heard again"),
    sa.Column("reason", sa.String(40), nullable=False),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("seq", BIG_KEY, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False, comment="instant, microseconds"),
    sa.Column("kind", sa.String(40), nullable=False, comment="class of the fact"),
    sa.Column("payload", sa.LargeBinary, nullable=False, comment="the fact in MessagePack"),
)
