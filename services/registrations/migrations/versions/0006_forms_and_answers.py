"""forms and answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database.types import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("offers") as batch_op:
        for name in ("asked_again", "form_version"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("offers") as batch_op:
        for name in ("asked_again", "form_version"):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.add_column(
            sa.Column("keeps_seat", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.alter_column("keeps_seat", server_default=None)
    op.create_table(
        "forms",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["offers.event_id"]),
        sa.PrimaryKeyConstraint("event_id", "version"),
    )
    op.create_table(
        "answer_sheets",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"]),
        sa.ForeignKeyConstraint(["event_id", "version"], ["forms.event_id", "forms.version"]),
        sa.PrimaryKeyConstraint("registration_id"),
    )
    op.create_index("answer_sheets_due", "answer_sheets", ["event_id", "keep_days"])


def downgrade() -> None:
    op.drop_table("answer_sheets")
    op.drop_table("forms")
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.drop_column("keeps_seat")
    with op.batch_alter_table("offers") as batch_op:
        for name in ("form_version", "asked_again"):
            batch_op.drop_column(name)
