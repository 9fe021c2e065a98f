"""Who would be told of a step, before it is done."""

from __future__ import annotations

from typing import Any

from shared.ids import new_id
from tests.service.notifications.conftest import Notifications
from tests.support.harness import Person


def _preview(notifications: Notifications, event: dict[str, Any], step: str, **more: Any) -> Any:
    body = {
        "organisation_id": event["organisation_id"],
        "event_id": event["id"],
        "step": step,
    } | more
    answer = notifications.post("/previews", body, by=notifications.organiser)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json["items"]


def test_the_preview_of_a_step_is_what_the_step_then_tells(notifications: Notifications) -> None:
    """By status and partner; those who cancelled are not counted, and nothing is written."""
    partners = [str(new_id()), str(new_id())]
    event = notifications.publish(partner_ids=partners)
    for status in ("confirmed", "confirmed", "waitlisted", "cancelled"):
        notifications.tell_registration(
            f"registration.{status}", event, Person(), new_id(), position=1, why="own-wish"
        )
    before = notifications.notices("id", where="true")

    found = _preview(notifications, event, "reschedule", partner_ids=partners)

    assert [(one["recipient_kind"], one["status"], one["count"]) for one in found] == [
        ("person", "confirmed", 2),
        ("person", "waitlisted", 1),
        ("organisation", None, 2),
    ]
    assert {tuple(one["channels"]) for one in found} == {("email", "inbox")}
    assert notifications.notices("id", where="true") == before
    notifications.move(event)
    told = notifications.notices("id", where="template = 'event-changed' AND channel = 'email'")
    assert len(told) == sum(one["count"] for one in found)


def test_publishing_a_draft_tells_its_partners(notifications: Notifications) -> None:
    """It is not known here yet, and nobody has registered."""
    draft = notifications.event(partner_ids=[])
    found = _preview(notifications, draft, "publish", partner_ids=[str(new_id())])
    assert [(one["template"], one["count"]) for one in found] == [("partner-invited", 1)]
    assert _preview(notifications, draft, "publish") == []


def test_another_organisations_event_has_no_preview(notifications: Notifications) -> None:
    """Whatever organisation the request names."""
    event = notifications.publish()
    other = new_id()
    body = {"organisation_id": str(other), "event_id": event["id"], "step": "cancel"}
    stranger = Person().with_role("organiser", other)
    assert notifications.post("/previews", body, by=stranger).status_code == 404
