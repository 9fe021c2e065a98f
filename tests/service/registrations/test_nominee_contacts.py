"""How nominees are reached is forgotten some time after the event; who they were is not."""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa

from services.registrations.models.nomination import CONTACT_DAYS
from services.registrations.worker import forget_contacts, work
from tests.service.registrations.conftest import Registrations
from tests.service.registrations.nominating import Partner, confirm
from tests.support.harness import Person
from tests.support.waiting import until


def contacts(partner: Partner, by: Person | None = None) -> list[tuple[str, Any, Any]]:
    return [(one["name"], one["phone"], one["email"]) for one in partner.nominees(by=by)]


def test_phone_and_mail_go_after_their_time_and_the_names_stay(
    registrations: Registrations,
) -> None:
    """What a nominee said at confirming is the registration's; the log says of how many, once."""
    event, lan = registrations.open_event(capacity=5), Person()
    partner = Partner(registrations, event)
    partner.name()
    mine = confirm(registrations, partner.nominees()[0], lan).json["registration_id"]
    # The event is in three weeks.
    registrations.clock.advance(days=21 + CONTACT_DAYS)

    assert forget_contacts(registrations.deps) == 0
    assert [phone for _, phone, _ in contacts(partner)] == ["+84912345678", None]
    registrations.clock.advance(hours=2)
    assert forget_contacts(registrations.deps) == 2
    assert forget_contacts(registrations.deps) == 0

    assert contacts(partner) == [
        ("Nguyễn Thị Minh Họa", None, None),
        ("Trần Văn Ví Dụ", None, None),
    ]
    assert registrations.get(f"/registrations/{mine}", by=lan).status_code == 200
    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    assert [one["details"] for one in log if one["what"] == "contacts-removed"] == [{"nominees": 2}]


def test_an_event_that_is_put_off_is_not_over(registrations: Registrations) -> None:
    """Its nominees are asked again once it has a date."""
    state = registrations.event()
    registrations.deliver("event.published", state["id"], 1, state)
    partner = Partner(registrations, state["id"], seats=1)
    partner.name("An, 0912 345 678")
    registrations.deliver("event.postponed", state["id"], 2, state | {"status": "postponed"})
    registrations.clock.advance(days=CONTACT_DAYS + 90)

    assert forget_contacts(registrations.deps) == 0


def test_the_worker_forgets_by_itself(registrations: Registrations) -> None:
    """Within a minute of its start, as it does again each minute."""
    partner = Partner(registrations, registrations.open_event(), seats=1)
    partner.name("An, 0912 345 678")
    registrations.clock.advance(days=CONTACT_DAYS + 90)

    def reached() -> int:
        with registrations.database.engine.connect() as connection:
            there = sa.text("SELECT count(*) FROM nominees WHERE phone IS NOT NULL")
            return int(connection.scalar(there) or 0)

    stop = threading.Event()
    worker = threading.Thread(target=work, args=(registrations.deps, stop))
    worker.start()
    try:
        until(lambda: reached() == 0, what="the removal")
    finally:
        stop.set()
        worker.join()
