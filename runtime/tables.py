"""The tables of the record store. Every table of the product hangs on this one ``metadata``."""

import sqlalchemy as sa

metadata = sa.MetaData()

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False, comment="instant of the fact, microseconds since 1970 UTC"),
    sa.Column("kind", sa.String(40), nullable=False, comment="class of the fact"),
    sa.Column("payload", sa.LargeBinary, nullable=False, comment="the fact in MessagePack"),
)
