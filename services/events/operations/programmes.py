"""What can be done with a programme, and how events come to belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events.errors import ProgrammeHasEvents
from services.events.models import Event, Programme
from services.events.models.kind import NO_SUCH_KIND
from services.events.models.programme import was_held
from services.events.models.yearly import Copied, years_later
from services.events.operations.warnings import holidays_of
from services.events.repository import UnitOfWork
from shared.http.problems import Invalid
from shared.ids import new_id
from shared.text import Text

_IS_PAID_FOR = Text(
    "Không bỏ được mục đã có sự kiện; xin gỡ sự kiện khỏi mục đó trước.",
    "An item that events belong to cannot be dropped; please take them out of it first.",
)
_NOT_LATER = Text(
    "Năm mới phải sau năm của chương trình được sao chép.",
    "The year must be after that of the programme that is copied.",
)
_NO_SUCH_PROGRAMME = Text(
    "Không có chương trình này ở đơn vị của sự kiện.",
    "The organisation of the event has no such programme.",
)
_NO_SUCH_ITEM = Text("Chương trình không có mục này.", "The programme has no such item.")
_OTHER_KIND = Text(
    "Mục này cần một loại sự kiện khác.", "That item asks for another kind of event."
)


def begin_programme(
    uow: UnitOfWork, fields: Mapping[str, Any], *, organisation_id: UUID, now: datetime
) -> Programme:
    """Write down what an organisation owes in a year."""
    _require_known_kinds(uow, fields)
    programme = Programme.begin(
        id=new_id(), organisation_id=organisation_id, fields=fields, now=now
    )
    return uow.programmes.save(programme)


def edit_programme(
    uow: UnitOfWork, programme: Programme, fields: Mapping[str, Any], *, now: datetime
) -> Programme:
    """Change it. An item that events belong to is not dropped under them."""
    _require_known_kinds(uow, fields)
    if "items" in fields and uow.programmes.are_paid_for(programme.dropped(fields["items"])):
        raise Invalid({"items": _IS_PAID_FOR})
    programme.edit(fields, now)
    return uow.programmes.save(programme)


def delete_programme(uow: UnitOfWork, programme: Programme) -> None:
    """Take back a programme, locked, that was begun by mistake; ProgrammeHasEvents once an event or a draft is in it."""
    if uow.programmes.events_of([programme.id]):
        raise ProgrammeHasEvents
    uow.programmes.delete(programme)


def copy_programme(
    uow: UnitOfWork, programme: Programme, *, year: int, host: str, now: datetime
) -> tuple[Programme, list[Copied]]:
    """The programme of another year, with a draft of each event that was held; see `models/yearly.py` for the dates.

    `host` is the name in this deployment's address. What was cancelled, postponed or never published is not copied.
    """
    if year <= programme.year:
        raise Invalid({"year": _NOT_LATER})
    copy = begin_programme(
        uow, programme.for_year(year), organisation_id=programme.organisation_id, now=now
    )
    items = {old.id: new.id for old, new in zip(programme.items, copy.items, strict=True)}
    drafts = []
    for event in uow.programmes.full_events_of(programme.id):
        if not was_held(event, now):
            continue
        draft = Event.draft(
            id=new_id(),
            organisation_id=event.organisation_id,
            host=host,
            fields=years_later(event, years=year - programme.year),
            now=now,
        )
        draft.programme_id = copy.id
        draft.owed_event_id = event.owed_event_id and items[event.owed_event_id]
        drafts.append((uow.events.save(draft), event.id))
    warned = holidays_of(uow, [draft for draft, _ in drafts], now=now)
    return copy, [Copied(draft, of, warned[draft.id]) for draft, of in drafts]


def belonging(
    uow: UnitOfWork,
    fields: Mapping[str, Any],
    *,
    organisation_id: UUID,
    event: Event | None = None,
) -> Mapping[str, Any]:
    """The fields of an event, with the programme that an owed item implies; Invalid where they do not fit.

    Who names the item alone means its programme too; who names another programme alone leaves the item.
    """
    names = ("programme_id", "owed_event_id")
    known = {name: getattr(event, name, None) for name in names}
    wanted = known | {name: fields[name] for name in names if name in fields}
    kind = fields.get("kind") or (event.kind_key if event else None)
    if wanted == known and (event is None or kind == event.kind_key):
        return fields
    item_id = wanted["owed_event_id"]
    if item_id and "owed_event_id" in fields and "programme_id" not in fields:
        wanted["programme_id"] = uow.programmes.id_by_item(item_id)
        if wanted["programme_id"] is None:
            raise Invalid({"owed_event_id": _NO_SUCH_ITEM})
    elif wanted["programme_id"] != known["programme_id"] and "owed_event_id" not in fields:
        wanted["owed_event_id"] = None
    _require_fit(uow, wanted, kind=kind, organisation_id=organisation_id)
    return {**fields, **wanted}


def _require_fit(
    uow: UnitOfWork, wanted: Mapping[str, Any], *, kind: str | None, organisation_id: UUID
) -> None:
    programme_id, item_id = wanted["programme_id"], wanted["owed_event_id"]
    if programme_id is None:
        if item_id is not None:
            raise Invalid({"owed_event_id": _NO_SUCH_ITEM})
        return
    # Locked, so that the item is not dropped at the same moment.
    programme = uow.programmes.lock_if_known(programme_id)
    # Nobody puts events into the programme of an organisation that is not theirs.
    if programme is None or programme.organisation_id != organisation_id:
        raise Invalid({"programme_id": _NO_SUCH_PROGRAMME})
    if item_id is None:
        return
    item = programme.item(item_id)
    if item is None:
        raise Invalid({"owed_event_id": _NO_SUCH_ITEM})
    if item.kind_key != kind:
        raise Invalid({"owed_event_id": _OTHER_KIND})


def _require_known_kinds(uow: UnitOfWork, fields: Mapping[str, Any]) -> None:
    known = {kind.key for kind in uow.kinds.all()}
    errors: dict[str, Text | str] = {
        f"items.{position}.kind": NO_SUCH_KIND
        for position, item in enumerate(fields.get("items", ()))
        if item["kind"] not in known
    }
    if errors:
        raise Invalid(errors)
