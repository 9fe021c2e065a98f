"""imports"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import shared.database.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = shared.database.types.UTCDateTime(timezone=True)
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_imports_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "imported_events",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", "key"),
    )
    with op.batch_alter_table("imported_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_events_event_id"), ["event_id"], unique=False)


def downgrade() -> None:
    op.drop_table("imported_events")
    op.drop_table("imports")
