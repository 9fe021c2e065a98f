"""programmes, rules that warn and holidays"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

import shared.database.types
from shared.text import fold

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True)
_KINDS = [
    {"key": key, "name": {"vi": vi, "en": en}, "position": position}
    for position, (key, vi, en) in enumerate(
        (
            ("pitch_day", "Ngày giới thiệu dự án khởi nghiệp", "Pitch day"),
            (
                "open_call_briefing",
                "Giới thiệu bài toán cần giải pháp",
                "Briefing on an open call",
            ),
        ),
        start=5,
    )
]

_YOUTH = {
    "vi": "Luật Thanh niên 57/2020/QH14 (sửa đổi, bổ sung bởi Luật 97/2025/QH15) và Nghị định 13/2021/NĐ-CP",
    "en": "Youth Law 57/2020/QH14 (amended by Law 97/2025/QH15) and Decree 13/2021/ND-CP",
}
_LABOUR = {
    "vi": "Bộ luật Lao động 45/2019/QH14, Điều 112",
    "en": "Labour Code 45/2019/QH14, Article 112",
}
_NOT_CONFIRMED = {"vi": "cần xác minh", "en": "to be confirmed"}


def _to_be_confirmed(source: dict[str, str]) -> dict[str, str]:
    return {language: f"{said} ({_NOT_CONFIRMED[language]})" for language, said in source.items()}


_RULES: list[dict[str, Any]] = [
    {
        "key": "youth_published_30_days_before",
        "kinds": ["dialogue_youth"],
        "check": "published_days_before",
        "parameters": {"days": 30},
        "text": {
            "vi": "Kế hoạch và chương trình đối thoại với thanh niên phải được công bố ít nhất 30 ngày trước ngày tổ chức.",
            "en": "The plan and the programme of a dialogue with young people are published at least 30 days before it.",
        },
        "source": _YOUTH,
        "must_be_accepted": True,
    },
    {
        "key": "youth_published_with_programme",
        "kinds": ["dialogue_youth"],
        "check": "has_agenda",
        "parameters": {},
        "text": {
            "vi": "Buổi đối thoại với thanh niên được công bố kèm chương trình; sự kiện này chưa có chương trình.",
            "en": "A dialogue with young people is published together with its programme; this one has no agenda yet.",
        },
        "source": _YOUTH,
        "must_be_accepted": False,
    },
    {
        "key": "youth_concluded_in_10_days",
        "kinds": ["dialogue_youth"],
        "check": "concluded_days_after",
        "parameters": {"days": 10},
        "text": {
            "vi": "Thông báo kết luận phải được công bố trong 10 ngày sau buổi đối thoại với thanh niên.",
            "en": "The conclusion is published within 10 days after a dialogue with young people.",
        },
        "source": _to_be_confirmed(_YOUTH),
        "must_be_accepted": False,
    },
    {
        "key": "holiday",
        "kinds": None,
        "check": "holiday",
        "parameters": {},
        "text": {
            "vi": "Sự kiện rơi vào ngày nghỉ lễ, tết.",
            "en": "The event falls on a public holiday.",
        },
        "source": _LABOUR,
        "must_be_accepted": False,
    },
    {
        "key": "leader_in_two_places",
        "kinds": None,
        "check": "leader_twice",
        "parameters": {},
        "text": {
            "vi": "Người chủ trì có một sự kiện khác vào cùng thời gian.",
            "en": "A leader of it has another event at the same time.",
        },
        "source": None,
        "must_be_accepted": False,
    },
    {
        "key": "room_in_two_places",
        "kinds": None,
        "check": "room_twice",
        "parameters": {},
        "text": {
            "vi": "Địa điểm có một sự kiện khác vào cùng thời gian.",
            "en": "Another event takes place there at the same time.",
        },
        "source": None,
        "must_be_accepted": False,
    },
    {
        "key": "registration_closes_after_start",
        "kinds": None,
        "check": "closes_after_start",
        "parameters": {},
        "text": {
            "vi": "Hạn đăng ký sau giờ bắt đầu: có thể đăng ký khi sự kiện đang diễn ra.",
            "en": "Registration closes after the start: people can still register while it runs.",
        },
        "source": None,
        "must_be_accepted": False,
    },
]

_NAMES = {
    "new_year": {"vi": "Tết Dương lịch", "en": "New Year's Day"},
    "tet": {"vi": "Tết Âm lịch", "en": "Lunar New Year"},
    "hung_kings": {"vi": "Giỗ Tổ Hùng Vương", "en": "Hùng Kings' Commemoration Day"},
    "victory": {"vi": "Ngày Chiến thắng", "en": "Victory Day"},
    "labour": {"vi": "Ngày Quốc tế lao động", "en": "International Workers' Day"},
    "national": {"vi": "Quốc khánh", "en": "National Day"},
}
# The first day of the first lunar month, and the tenth of the third.
_LUNAR = {2026: (date(2026, 2, 17), date(2026, 4, 26)), 2027: (date(2027, 2, 6), date(2027, 4, 16))}
# The day beside National Day. Which one, and which five days Tết has, the Prime Minister says each year; for 2027
# nobody has yet, so the last day of the old year with the four first of the new one, and 3 September, are assumed.
_BESIDE_NATIONAL_DAY = {2026: date(2026, 9, 1), 2027: date(2027, 9, 3)}
_SAID = {2026}


def _holidays() -> Iterator[dict[str, Any]]:
    for year, (tet, hung_kings) in _LUNAR.items():
        fixed = [
            ("new_year", date(year, 1, 1)),
            ("hung_kings", hung_kings),
            ("victory", date(year, 4, 30)),
            ("labour", date(year, 5, 1)),
            ("national", date(year, 9, 2)),
        ]
        said_each_year = [("tet", tet + timedelta(days=by)) for by in range(-1, 4)]
        said_each_year.append(("national", _BESIDE_NATIONAL_DAY[year]))
        for key, day in fixed:
            yield {"date": day, "key": key, "name": _NAMES[key], "source": _LABOUR}
        source = _LABOUR if year in _SAID else _to_be_confirmed(_LABOUR)
        for key, day in said_each_year:
            yield {"date": day, "key": key, "name": _NAMES[key], "source": source}


def upgrade() -> None:
    moment = shared.database.types.UTCDateTime(timezone=True)
    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", _JSON, nullable=False),
        sa.Column("legal_basis", _JSON, nullable=True),
        sa.Column("funding_source", sa.Text(), nullable=True),
        sa.Column("estimate", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("programmes", schema=None) as batch_op:
        batch_op.create_index("programmes_in_order", ["year", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_programmes_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "owed_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind_key", sa.String(length=64), nullable=False),
        sa.Column("title", _JSON, nullable=False),
        sa.Column("due_from", sa.Date(), nullable=False),
        sa.Column("due_until", sa.Date(), nullable=False),
        sa.Column("how_many", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"]),
        sa.ForeignKeyConstraint(["kind_key"], ["kinds.key"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("owed_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_owed_events_programme_id"), ["programme_id"], unique=False
        )
    # With the reference inside the column: SQLite then adds it in place. Making the table anew, as a constraint of
    # its own would ask for, drops a table that the rows of others name.
    for name, table in (("programme_id", "programmes"), ("owed_event_id", "owed_events")):
        reference = sa.ForeignKey(f"{table}.id", name=f"events_{name}_fkey")
        op.add_column(
            "events", sa.Column(name, sa.Uuid(), reference, nullable=True), inline_references=True
        )
        op.create_index(f"ix_events_{name}", "events", [name], unique=False)

    uses = op.create_table(
        "uses",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"]),
        sa.PrimaryKeyConstraint("event_id", "key"),
    )
    with op.batch_alter_table("uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uses_key"), ["key"], unique=False)
    rules = op.create_table(
        "rules",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kinds", _JSON, nullable=True),
        sa.Column("check", sa.String(length=64), nullable=False),
        sa.Column("parameters", _JSON, nullable=False),
        sa.Column("text", _JSON, nullable=False),
        sa.Column("source", _JSON, nullable=True),
        sa.Column("must_be_accepted", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    holidays = op.create_table(
        "holidays",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", _JSON, nullable=False),
        sa.Column("source", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("date", "key"),
    )
    op.create_table(
        "accepted_warnings",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("rule_key", sa.String(length=64), nullable=False),
        sa.Column("reason", _JSON, nullable=False),
        sa.Column("about", _JSON, nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"]),
        sa.ForeignKeyConstraint(["rule_key"], ["rules.key"]),
        sa.PrimaryKeyConstraint("event_id", "rule_key"),
    )
    assert uses is not None
    assert rules is not None
    assert holidays is not None
    op.bulk_insert(rules, [one | {"position": at} for at, one in enumerate(_RULES)])
    op.bulk_insert(holidays, list(_holidays()))
    _add_kinds()
    _fill(uses)


def downgrade() -> None:
    for table in ("accepted_warnings", "holidays", "rules", "uses"):
        op.drop_table(table)
    for name in ("owed_event_id", "programme_id"):
        op.drop_index(f"ix_events_{name}", table_name="events")
        op.drop_column("events", name)  # in place as well
    op.drop_table("owed_events")
    op.drop_table("programmes")
    connection = op.get_bind()
    for kind in _KINDS:
        # One that is used stays: an event without its kind could not be shown.
        connection.execute(
            sa.text(
                "DELETE FROM kinds WHERE key = :key"
                " AND NOT EXISTS (SELECT 1 FROM events WHERE kind_key = :key)"
            ),
            {"key": kind["key"]},
        )


def _add_kinds() -> None:
    """Unless a city has added its own of that key."""
    kinds = sa.table(
        "kinds",
        sa.column("key", sa.String),
        sa.column("name", _JSON),
        sa.column("position", sa.Integer),
    )
    known = set(op.get_bind().scalars(sa.select(kinds.c.key)))
    op.bulk_insert(kinds, [kind for kind in _KINDS if kind["key"] not in known])


def _fill(uses: sa.Table) -> None:
    """What the events that are there use, as `services/events/models/use.py` says at this revision."""
    events = sa.table(
        "events",
        sa.column("id", sa.Uuid),
        sa.column("organisation_id", sa.Uuid),
        sa.column("hosts", _JSON),
        sa.column("venue", _JSON),
    )
    rows = op.get_bind().execute(sa.select(events)).all()
    keys = [
        {"event_id": row.id, "key": key}
        for row in rows
        for key in sorted(set(_keys(row.organisation_id, row.hosts or [], row.venue or {})))
    ]
    if keys:
        op.bulk_insert(uses, keys)


def _keys(
    organisation_id: UUID, hosts: list[dict[str, Any]], venue: dict[str, Any]
) -> Iterator[str]:
    for host in hosts:
        of = host.get("organisation_id") or organisation_id
        yield f"leader:{of}:{fold(host['role_title']['vi'])}"
    where = venue.get("room") or venue.get("address")
    if venue.get("name") and where:
        yield f"room:{fold(venue['name'])}|{fold(where)}"
