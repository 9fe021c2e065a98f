"""more of an event, and its last steps"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import shared.database.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What events had before they could say so.
_USUAL = {
    "speakers": "[]",
    "agenda": "[]",
    "languages": '["vi"]',
    "attachments": "[]",
    "contacts": "[]",
}


def upgrade() -> None:
    moment = shared.database.types.UTCDateTime(timezone=True)
    with op.batch_alter_table("events", schema=None) as batch_op:
        for name, usual in _USUAL.items():
            batch_op.add_column(
                sa.Column(name, sa.JSON(none_as_null=True), nullable=False, server_default=usual)
            )
        for name in ("cover", "conclusion"):
            batch_op.add_column(sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "attendance_mode", sa.String(length=32), nullable=False, server_default="offline"
            )
        )
        batch_op.add_column(sa.Column("join_url", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("postponed_at", moment, nullable=True))
        batch_op.add_column(sa.Column("completed_at", moment, nullable=True))
    with op.batch_alter_table("events", schema=None) as batch_op:
        for name in (*_USUAL, "attendance_mode"):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("partners", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("part", sa.String(length=32), nullable=False, server_default="partner")
        )
    with op.batch_alter_table("partners", schema=None) as batch_op:
        batch_op.alter_column("part", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("partners", schema=None) as batch_op:
        batch_op.drop_column("part")
    with op.batch_alter_table("events", schema=None) as batch_op:
        for name in (
            *_USUAL,
            "cover",
            "conclusion",
            "attendance_mode",
            "join_url",
            "postponed_at",
            "completed_at",
        ):
            batch_op.drop_column(name)
