"""Taking events in from files of others: first what would happen, row by row, then that and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events.importing import Row
from services.events.models import Event, Kind, Status
from services.events.models.imports import Fate, Import, Judged
from services.events.models.kind import NO_SUCH_KIND
from services.events.models.shapes import AS_JSON, shaped
from services.events.operations.events import edit
from services.events.repository import UnitOfWork
from shared.database.types import jsonable
from shared.http.problems import Invalid
from shared.ids import new_id
from shared.text import Text, fold

_MOMENTS = ("starts_at", "ends_at")
_TWICE = Text(
    "Trùng với một dòng trước trong tệp.", "The same entry stands in an earlier row of the file."
)
_PUBLIC = Text(
    "Sự kiện này đã công bố; xin sửa trực tiếp để người đã đăng ký được báo.",
    "This event is public; please change it there, so that those who registered are told.",
)


def read_in(
    uow: UnitOfWork,
    rows: Sequence[Row],
    *,
    organisation_id: UUID,
    person_id: UUID | None,
    format: str,
    kind: str,
    now: datetime,
) -> Import:
    """Keep what a file says, before anything is done with it. `kind` is for rows that name none."""
    kinds = {name: one.key for one in uow.kinds.all() for name in _names(one)}
    if kind not in kinds.values():
        raise Invalid({"kind": NO_SUCH_KIND})
    kept, seen = [], set()
    for row in rows:
        wanted = row.fields.pop("kind", None)
        row.fields["kind"] = kinds.get(wanted, kind) if wanted else kind
        if wanted and wanted not in kinds:
            row.problems["kind"] = NO_SUCH_KIND
        # Without a key of its own an entry is known by what it is called and when it starts.
        key = row.key or f"{fold(_title(row.fields))}@{jsonable(row.fields.get('starts_at'))}"
        if not row.problems:
            # What is refused stands in nobody's way.
            if key in seen:
                row.problems["_"] = _TWICE
            seen.add(key)
        problems = {name: [text.vi, text.en] for name, text in row.problems.items()}
        kept.append({"place": row.place, "key": key, "fields": row.fields, "problems": problems})
    return uow.imports.add(
        Import(
            id=new_id(),
            organisation_id=organisation_id,
            person_id=person_id,
            format=format,
            rows=jsonable(kept),
            created_at=now,
            confirmed_at=None,
        )
    )


def judge(
    uow: UnitOfWork, made: Import, *, host: str, now: datetime, lock: bool = False
) -> list[Judged]:
    """What would become of each row as things are now; nothing is changed."""
    known = uow.imports.known(made.organisation_id, (row["key"] for row in made.rows), lock=lock)
    return [_judge(made, row, known.get(row["key"]), host=host, now=now) for row in made.rows]


def confirm(uow: UnitOfWork, made: Import, *, host: str, now: datetime) -> list[Judged]:
    """Make drafts of the new rows and change the drafts of the changed ones; done twice, it is done once."""
    judged = judge(uow, made, host=host, now=now, lock=True)
    if made.confirmed_at is not None:
        return judged
    for one in judged:
        if one.fate is Fate.NEW:
            event = uow.events.save(_draft(made, one.fields, host=host, now=now))
            uow.imports.remember(made.organisation_id, one.key, event.id)
            one.event_id = event.id
        elif one.fate is Fate.CHANGED and one.event_id is not None:
            edit(uow, uow.events.get(one.event_id), one.fields, now=now)
    made.confirmed_at = now
    return judged


def _judge(
    made: Import, row: dict[str, Any], known: Event | None, *, host: str, now: datetime
) -> Judged:
    fields = _revived(row["fields"])
    problems: dict[str, Any] = {name: Text(*said) for name, said in row["problems"].items()}
    judged = Judged(row["place"], Fate.REFUSED, fields, problems, row["key"])
    if not problems:
        try:
            # The model's own checks, on an event that nobody will see.
            _draft(made, fields, host=host, now=now)
        except Invalid as invalid:
            problems |= invalid.errors
    if known is not None:
        judged.event_id = known.id
        judged.differences = _differences(known, fields)
        if judged.changed and known.status is not Status.DRAFT:
            problems["_"] = _PUBLIC
    if problems:
        return judged
    judged.fate = Fate.NEW if known is None else Fate.CHANGED if judged.changed else Fate.SAME
    return judged


def _draft(made: Import, fields: dict[str, Any], *, host: str, now: datetime) -> Event:
    return Event.draft(
        id=new_id(), organisation_id=made.organisation_id, host=host, fields=fields, now=now
    )


def _differences(event: Event, fields: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """By name, what the event has and what it would have."""
    found = {}
    for name, value in fields.items():
        known = getattr(event, "kind_key" if name == "kind" else name)
        becomes = shaped(name, value, known) if name in AS_JSON else value
        if becomes != known:
            found[name] = known, becomes
    return found


def _revived(fields: dict[str, Any]) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(fields[name]) for name in _MOMENTS if name in fields}
    return fields | moments


def _title(fields: dict[str, Any]) -> str:
    return str((fields.get("title") or {}).get("vi") or "")


def _names(kind: Kind) -> set[str]:
    """What a table may call a kind, folded."""
    return {fold(name) for name in (kind.key, *kind.name.values()) if name}
