"""nominations and groups"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database.types import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quotas") as batch_op:
        batch_op.add_column(sa.Column("nomination_id", sa.Uuid(), nullable=True))
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.add_column(sa.Column("registered_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("nomination_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_registrations_registered_by", ["registered_by"])
    op.create_table(
        "nominations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("deadline", UTCDateTime(), nullable=False),
        sa.Column("document_number", sa.String(100), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["offers.event_id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "organisation_id", name="one_nomination"),
    )
    op.create_index("nominations_of_organisation", "nominations", ["organisation_id", "id"])
    op.create_table(
        "nominees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nomination_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("nominated_at", UTCDateTime(), nullable=False),
        sa.Column("nominated_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("consent_version", sa.Integer(), nullable=True),
        sa.Column("consent_text", sa.Text(), nullable=True),
        sa.Column("consent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["nomination_id"], ["nominations.id"]),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_nominees_nomination_id", "nominees", ["nomination_id"])


def downgrade() -> None:
    op.drop_table("nominees")
    op.drop_table("nominations")
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.drop_index("ix_registrations_registered_by")
        batch_op.drop_column("nomination_id")
        batch_op.drop_column("registered_by")
    with op.batch_alter_table("quotas") as batch_op:
        batch_op.drop_column("nomination_id")
