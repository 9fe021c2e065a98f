"""lists: what rows of files say of people, files that were read, and who organises, for papers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.database.types import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(254), nullable=True))
        batch_op.add_column(sa.Column("organisation_name", sa.String(200), nullable=True))
        batch_op.create_index("registrations_in_order", ["event_id", "id"])
    with op.batch_alter_table("offers") as batch_op:
        batch_op.add_column(sa.Column("organiser", sa.String(300), nullable=True))
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["offers.event_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_imports_event_id", "imports", ["event_id"])
    op.create_index("ix_imports_created_at", "imports", ["created_at"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("fate", sa.String(32), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "place"),
    )
    op.create_index("import_rows_by_fate", "import_rows", ["import_id", "fate", "place"])


def downgrade() -> None:
    op.drop_table("import_rows")
    op.drop_table("imports")
    with op.batch_alter_table("offers") as batch_op:
        batch_op.drop_column("organiser")
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.drop_index("registrations_in_order")
        batch_op.drop_column("organisation_name")
        batch_op.drop_column("email")
