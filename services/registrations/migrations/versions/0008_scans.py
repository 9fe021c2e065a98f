"""scans at the door"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database.types import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("gate", sa.String(60), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("why", sa.String(32), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("first_id", sa.Uuid(), nullable=True),
        sa.Column("let_in", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("device_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("name", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["offers.event_id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "nonce", name="one_scan_a_nonce"),
    )
    op.create_index("scans_of_event", "scans", ["event_id", "outcome", "gate"])
    op.create_index("scans_of_registration", "scans", ["registration_id"])
    # Whoever is in went in by a scan: those from before, too. Their registration's id is as unique as any.
    op.execute(
        "INSERT INTO scans (id, event_id, nonce, kind, outcome, registration_id, let_in, at, device_at, received_at, by)"
        " SELECT id, event_id, id, CASE WHEN person_id IS NULL THEN 'walk-in' ELSE 'admit' END, 'admitted', id, false,"
        " checked_in_at, checked_in_at, checked_in_at, checked_in_by"
        " FROM registrations WHERE checked_in_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("scans")
