"""One small event of the demo with all that there is about places: quotas, a form, a partner's list, a waitlist."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from deploy.loading import Loader, Row, only, read
from deploy.visitor import Visitor
from deploy.walk import event_of, or_none


def seat(base_url: str, admin: Visitor, loader: Loader, *, now: datetime) -> tuple[int, int]:
    """Publish the event of seats.json, and let one person register with colleagues; how many registered, and how many of them wait.

    As its organiser, a partner and a person would do it, over HTTP. Whoever it is stands there by role title.
    """
    row: Row = read("seats")[0]
    event, where = _published(admin, loader, row, now)
    _kept(admin, loader, row, where)
    _named(admin, loader, row, where, event)
    return _registered(base_url, row, where)


def _published(admin: Visitor, loader: Loader, row: Row, now: datetime) -> tuple[Row, str]:
    """The event, and where its offer is once registrations has heard of it."""
    kept_for = [row["nomination"], *(quota for quota in row["quotas"] if quota["organisation"])]
    body = event_of(
        row["event"],
        organisation=loader.organisations[row["host"]],
        partners=[loader.organisations[one["organisation"]] for one in kept_for],
        now=now,
    )
    event = admin.post("events/v1/events", body)
    admin.post(f"events/v1/events/{event['id']}/publish", {})
    where = f"registrations/v1/offers/{event['id']}"
    admin.wait_for(lambda: or_none(admin, where), "the offer of the event with quotas")
    return event, where


def _kept(admin: Visitor, loader: Loader, row: Row, where: str) -> None:
    """For whom seats are kept, and what is asked."""
    quotas = [
        only(quota, "name", "seats", "first_timers")
        | {"organisation_id": loader.organisations.get(quota["organisation"])}
        for quota in row["quotas"]
    ]
    admin.call("PUT", f"{where}/quotas", {"quotas": quotas})
    admin.call("PUT", f"{where}/form", {"fields": row["form"]}, If_Match='"0"')


def _named(admin: Visitor, loader: Loader, row: Row, where: str, event: Row) -> None:
    """A partner is asked for names, and names them."""
    asked = row["nomination"]
    starts_at = datetime.fromisoformat(event["starts_at"])
    deadline = starts_at - timedelta(days=asked["closes_days_before"])
    terms = only(asked, "name", "seats", "document_number") | {
        "organisation_id": loader.organisations[asked["organisation"]],
        "deadline": deadline.isoformat(),
    }
    made = admin.post(f"{where}/nominations", terms)
    lines = (f"{one['name']}, {one['email']}" for one in asked["nominees"])
    path = f"registrations/v1/nominations/{made['id']}/nominees"
    admin.post(path, {"text": "\n".join(lines)})


def _registered(base_url: str, row: Row, where: str) -> tuple[int, int]:
    """One person answers and registers, then colleagues; some of them are answered for, and some have to wait."""
    who = next(one for one in read("people") if one["key"] == row["registrant"]["person"])
    person = Visitor(base_url).sign_in(who["email"])
    wish = {"name": who["name"], "answers": row["registrant"]["answers"], "form_version": 1}
    person.post(f"{where}/registrations", wish)
    people = [only(one, "name") for one in row["colleagues"]]
    group: dict[str, Any] = person.post(f"{where}/group-registrations", {"people": people})
    for made, colleague in zip(group["items"], row["colleagues"], strict=True):
        if colleague["answers"]:
            path = f"registrations/v1/registrations/{made['id']}/answers"
            person.call("PATCH", path, {"answers": colleague["answers"], "form_version": 1})
    person.close()
    statuses = [made["status"] for made in group["items"]]
    return 1 + len(statuses), statuses.count("waitlisted")
