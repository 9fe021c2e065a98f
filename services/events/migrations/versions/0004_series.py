"""series"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import shared.database.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = shared.database.types.UTCDateTime(timezone=True)
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_series_organisation_id"), ["organisation_id"], unique=False
        )
    # In place, on SQLite too: making the table anew drops one that the rows of others name.
    reference = sa.ForeignKey("series.id", name="events_series_id_fkey")
    op.add_column(
        "events",
        sa.Column("series_id", sa.Uuid(), reference, nullable=True),
        inline_references=True,
    )
    op.create_index("ix_events_series_id", "events", ["series_id"], unique=False)
    op.add_column("events", sa.Column("occurrence", moment, nullable=True))
    op.add_column(
        "events",
        sa.Column("apart", sa.JSON(none_as_null=True), nullable=False, server_default="[]"),
    )
    if op.get_bind().dialect.name != "sqlite":
        # SQLite cannot take it away in place; it does no harm, as every new row says what it has.
        op.alter_column("events", "apart", server_default=None)


def downgrade() -> None:
    op.drop_index("ix_events_series_id", table_name="events")
    for name in ("apart", "occurrence", "series_id"):
        op.drop_column("events", name)
    op.drop_table("series")
