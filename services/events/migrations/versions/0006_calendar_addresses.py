"""calendar addresses, and what finding needs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import shared.database.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What a list is narrowed to, in its order, and with the end, by which what is over is left out.
_NARROWED = {
    "events_of_kind": "kind_key",
    "events_of_organisation": "organisation_id",
    "events_of_area": "venue_area_id",
    "events_of_status": "status",
}
_ORDER = ["starts_at", "id", "ends_at"]


def upgrade() -> None:
    op.create_table(
        "calendar_addresses",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reminder", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", shared.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("digest"),
    )
    spoken = op.create_table(
        "spoken",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"]),
        sa.PrimaryKeyConstraint("event_id", "language"),
    )
    op.create_index("spoken_language", "spoken", ["language", "event_id"])
    events = sa.table(
        "events", sa.column("id", sa.Uuid()), sa.column("languages", sa.JSON(none_as_null=True))
    )
    known = op.get_bind().execute(sa.select(events.c.id, events.c.languages)).all()
    rows = [
        {"event_id": event_id, "language": language}
        for event_id, languages in known
        for language in languages
    ]
    if rows:
        op.bulk_insert(spoken, rows)
    for name, column in _NARROWED.items():
        op.create_index(name, "events", [column, *_ORDER])
    op.drop_index("events_in_order", "events")
    op.create_index("events_in_order", "events", _ORDER)
    op.create_index("events_by_change", "events", ["updated_at", "id"])
    op.create_index("partners_of_organisation", "partners", ["organisation_id", "event_id"])


def downgrade() -> None:
    op.drop_index("partners_of_organisation", "partners")
    op.drop_index("events_by_change", "events")
    op.drop_index("events_in_order", "events")
    op.create_index("events_in_order", "events", ["starts_at", "id"])
    for name in _NARROWED:
        op.drop_index(name, "events")
    op.drop_table("spoken")
    op.drop_table("calendar_addresses")
