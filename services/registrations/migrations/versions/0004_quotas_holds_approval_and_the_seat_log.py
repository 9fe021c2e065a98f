"""quotas, holds, approval and the seat log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database.types import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ENDED = "status NOT IN ('cancelled', 'declined')"
_NUMBERS = ("held", "pending", "first_number")


def upgrade() -> None:
    with op.batch_alter_table("offers") as batch_op:
        batch_op.add_column(
            sa.Column("approval", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("hold_minutes", sa.Integer(), nullable=True))
        for name in _NUMBERS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("due_at", UTCDateTime(), nullable=True))
        batch_op.create_index("ix_offers_due_at", ["due_at"])
    with op.batch_alter_table("offers") as batch_op:
        for name in ("approval", *_NUMBERS):
            batch_op.alter_column(name, server_default=None)
    op.drop_index("one_active_registration", table_name="registrations")
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.alter_column("person_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("organisation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("area_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("first_time", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("quota_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("held_until", UTCDateTime(), nullable=True))
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.alter_column("first_time", server_default=None)
    op.create_index(
        "one_active_registration",
        "registrations",
        ["event_id", "person_id"],
        unique=True,
        postgresql_where=sa.text(_ENDED),
        sqlite_where=sa.text(_ENDED),
    )
    op.create_table(
        "quotas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("first_timers", sa.Boolean(), nullable=False),
        sa.Column("release_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["offers.event_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_quotas_event_id", "quotas", ["event_id"])
    op.create_table(
        "seat_log",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=True),
        sa.Column("quota_id", sa.Uuid(), nullable=True),
        sa.Column("waitlist_number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("seat_log_of_event", "seat_log", ["event_id", "number"])
    op.create_index("seat_log_of_registration", "seat_log", ["registration_id", "number"])


def downgrade() -> None:
    op.drop_table("seat_log")
    op.drop_table("quotas")
    op.drop_index("one_active_registration", table_name="registrations")
    with op.batch_alter_table("registrations") as batch_op:
        for name in ("organisation_id", "area_id", "first_time", "quota_id", "held_until"):
            batch_op.drop_column(name)
    active = "status <> 'cancelled'"
    op.create_index(
        "one_active_registration",
        "registrations",
        ["event_id", "person_id"],
        unique=True,
        postgresql_where=sa.text(active),
        sqlite_where=sa.text(active),
    )
    with op.batch_alter_table("offers") as batch_op:
        batch_op.drop_index("ix_offers_due_at")
        for name in ("approval", "hold_minutes", *_NUMBERS, "due_at"):
            batch_op.drop_column(name)
