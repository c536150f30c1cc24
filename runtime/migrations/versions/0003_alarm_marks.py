"""What was done about alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_marks",
        sa.Column("alarm_id", sa.String(200), primary_key=True),
        sa.Column("act", sa.String(10), nullable=False, comment="ack, shelve"),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("until", sa.BigInteger, comment="of a shelved one: when it is heard again"),
        sa.Column("reason", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("alarm_marks")
