"""surveys"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database.types import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("closes_at", UTCDateTime(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["offers.event_id"]),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "survey_participations",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registration_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("survey_participations")
    op.drop_table("surveys")
