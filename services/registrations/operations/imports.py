"""Taking attendees in from a list: first what would happen, row by row, then that and nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.registrations import messages
from services.registrations.errors import EventFull
from services.registrations.importing import FIELDS, Row, check
from services.registrations.models import (
    Fate,
    Import,
    ImportRow,
    Offer,
    Registration,
    Status,
    What,
)
from services.registrations.operations.recognising import Known, Mistaken
from services.registrations.operations.registering import new_entry_code
from services.registrations.operations.seats import as_noted, settle
from services.registrations.repository import UnitOfWork
from shared.http.problems import Invalid
from shared.ids import new_id
from shared.text import Text, fold

# So long a file and its rows are kept to be mended; they hold what is personal.
KEPT = timedelta(days=30)
# So many are registered in one transaction: meanwhile everybody else waits for the offer.
AT_ONCE = 10_000
_ENDED = Text(
    "Người này đã hủy hoặc không được duyệt, nên không tự đưa vào lại. Nếu họ muốn tham dự, xin mời họ tự đăng ký.",
    "This registration was cancelled or declined, so it is not brought back. Please ask the person to register again.",
)
_FULL = Text(
    "Sự kiện đã hết chỗ và không có danh sách chờ. Xin tăng sức chứa rồi xác nhận lại.",
    "The event is full and has no waitlist. Please raise the capacity and confirm again.",
)
_NO_SUCH_ROW = Text("Tệp không có dòng này.", "The file has no such row.")
_COLUMNS = {"organisation": "organisation_name"}


def read_in(
    uow: UnitOfWork,
    rows: Sequence[Row],
    *,
    event_id: UUID,
    format: str,
    columns: dict[str, str],
    by: UUID,
    now: datetime,
) -> Import:
    """Keep what a list says, and what would become of each row, before anything is done with it."""
    made = Import(
        id=new_id(),
        event_id=event_id,
        person_id=by,
        format=format,
        columns=columns,
        created_at=now,
        confirmed_at=None,
    )
    kept = [
        ImportRow(
            import_id=made.id,
            place=row.place,
            said=row.said,
            problems=_spoken(row.problems),
            conflicts={},
            fate=Fate.REFUSED,
            registration_id=None,
        )
        for row in rows
    ]
    judge(kept, uow.lists.known(event_id))
    return uow.imports.add(made, kept)


def mend(uow: UnitOfWork, made: Import, mended: Sequence[Mapping[str, Any]]) -> None:
    """Put other texts in the place of what some rows said, and look at all rows again."""
    rows = uow.imports.rows(made.id)
    by_place = {row.place: row for row in rows}
    if missing := [n for n, one in enumerate(mended) if one["place"] not in by_place]:
        raise Invalid({f"rows.{number}.place": _NO_SUCH_ROW for number in missing})
    touched = set()
    for one in mended:
        row = by_place[one["place"]]
        if row.fate is Fate.TAKEN:
            continue
        said = {name: one[name] if one.get(name) is not None else row.said[name] for name in FIELDS}
        row.said, problems = check(said)
        row.problems = _spoken(problems)
        touched.add(row.place)
    changed = judge(rows, uow.lists.known(made.event_id))
    uow.imports.keep(made.id, [row for row in rows if row.place in touched | changed])


def judge(rows: Sequence[ImportRow], registered: Sequence[Any]) -> set[int]:
    """Say of each row that was not taken yet what would become of it now; the places of those that changed."""
    known = Known(registered)
    changed = set()
    for row in rows:
        before = (row.fate, row.conflicts, row.registration_id)
        _judge(row, known)
        if (row.fate, row.conflicts, row.registration_id) != before:
            changed.add(row.place)
    return changed


def take(
    uow: UnitOfWork, import_id: UUID, *, by: UUID, now: datetime, at_once: int = AT_ONCE
) -> Import:
    """Register everybody of the good rows, in their order: a place while there is one, else the waitlist.

    Of a list that is longer than `at_once` the first so many; asked again, the next. The flagged rows stay, to be mended and sent again. Done twice, it is done once: whoever is registered is known again.
    """
    offer = uow.offers.lock(uow.imports.get(import_id).event_id)
    settle(uow, offer, now=now)
    made = uow.imports.lock(import_id)
    rows = uow.imports.rows(made.id)
    registered = uow.lists.known(made.event_id)
    changed = judge(rows, registered)
    new = [row for row in rows if row.fate is Fate.NEW][:at_once]
    edited = [row for row in rows if row.fate is Fate.CHANGED]
    codes = {one.entry_code for one in registered}
    _register(uow, offer, new, codes, by=by, now=now)
    _edit(uow, edited, by=by, now=now)
    changed |= {row.place for row in (*new, *edited)}
    uow.imports.keep(made.id, [row for row in rows if row.place in changed])
    made.confirmed_at = now
    if new:
        uow.publish(messages.offer_changed(offer, now))
    return made


def _judge(row: ImportRow, known: Known) -> None:
    if row.fate is Fate.TAKEN:
        # Later rows are compared with it, too.
        _found(row, known)
        return
    row.conflicts, row.registration_id, row.fate = {}, None, Fate.REFUSED
    if row.problems:
        return
    try:
        registered = known.find(row.said, row.place)
    except Mistaken as mistaken:
        row.conflicts = _spoken(mistaken.conflicts)
        return
    if registered is None:
        row.fate = Fate.NEW
        return
    row.registration_id = registered.id
    if registered.status in (Status.CANCELLED, Status.DECLINED):
        row.conflicts = _spoken({"_": _ENDED})
    else:
        row.fate = Fate.CHANGED if _differences(row, registered) else Fate.SAME


def _found(row: ImportRow, known: Known) -> None:
    try:
        known.find(row.said, row.place)
    except Mistaken:
        return


def _differences(row: ImportRow, registered: Any) -> dict[str, str]:
    """What a row says otherwise of somebody without an account; who has one says it themselves."""
    if registered.person_id is not None:
        return {}
    said = {_COLUMNS.get(name, name): row.said[name] for name in FIELDS}
    if _marks(said["name"]) <= _marks(registered.name):
        # The same name, with as many accents or fewer: the better one stays.
        del said["name"]
    return {name: text for name, text in said.items() if text and text != getattr(registered, name)}


def _marks(name: str) -> int:
    return sum(c > "\x7f" for c in unicodedata.normalize("NFD", name))


def _register(
    uow: UnitOfWork,
    offer: Offer,
    rows: Sequence[ImportRow],
    codes: set[str],
    *,
    by: UUID,
    now: datetime,
) -> None:
    made: list[Registration] = []
    for row in rows:
        while (code := new_entry_code()) in codes:
            pass
        codes.add(code)
        registration = Registration.of(
            id=new_id(),
            offer=offer,
            person_id=None,
            name=row.said["name"],
            entry_code=code,
            now=now,
            phone=row.said["phone"] or None,
            email=row.said["email"] or None,
            organisation_name=row.said["organisation"] or None,
            note=row.said["note"] or None,
        )
        try:
            offer.admit(registration, now)
        except EventFull:
            row.fate, row.conflicts = Fate.REFUSED, _spoken({"_": _FULL})
            continue
        # Whoever comes has the highest number of those who wait.
        waits = registration.status is Status.WAITLISTED
        registration.position = offer.waitlisted if waits else None
        row.fate, row.registration_id = Fate.TAKEN, registration.id
        made.append(registration)
    uow.lists.add_all(made)
    uow.seat_log.add_many(as_noted(What.IMPORTED, one, now=now, by=by) for one in made)


def _edit(uow: UnitOfWork, rows: Sequence[ImportRow], *, by: UUID, now: datetime) -> None:
    """What a list says better of somebody; that it did is logged, so that the door's devices ask for it."""
    found = uow.lists.of_ids(row.registration_id for row in rows if row.registration_id)
    for row in rows:
        assert row.registration_id is not None
        one = found[row.registration_id]
        differences = _differences(row, one)
        for name, text in differences.items():
            setattr(one, name, text)
        one.name_folded = fold(one.name)
        details = {"edited": sorted(differences)}
        uow.seat_log.add(**as_noted(What.IMPORTED, one, now=now, by=by, details=details))
        row.fate = Fate.TAKEN


def _spoken(texts: Mapping[str, Text]) -> dict[str, list[str]]:
    return {name: [text.vi, text.en] for name, text in texts.items()}
