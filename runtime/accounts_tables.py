"""Tables of people who log in: users, sessions, audit."""

import sqlalchemy as sa

from runtime.tables import BIG_KEY, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("user", sa.String(100), primary_key=True, comment="log-in name, lower case"),
    sa.Column("password_hash", sa.String(200), nullable=False, comment="argon2id, with its parameters"),
    sa.Column("role", sa.String(20), nullable=False, comment="operator, staff, technician, admin"),
    sa.Column("unit_id", sa.String(64), comment="for staff: the unit of the site"),
    sa.Column("name_zh", sa.String(100), nullable=False),
    sa.Column("name_en", sa.String(100), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False, comment="instant, microseconds"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True, comment="SHA-256 of the token, in hex"),
    sa.Column("user", sa.String(100), sa.ForeignKey("users.user"), nullable=False, index=True),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", BIG_KEY, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("who", sa.String(120), nullable=False, comment="operator/<user>, unit/<unit>, user/<name>"),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("whom", sa.String(120), nullable=False),
    sa.Column("detail", sa.String(500), nullable=False),
)
