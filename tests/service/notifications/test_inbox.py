"""The inbox, the deliveries and the demo's outbox over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from shared.ids import new_id
from tests.service.notifications.conftest import Notifications
from tests.support.harness import Person, problem


def test_an_inbox_is_read_in_the_readers_language(notifications: Notifications) -> None:
    """And leads to the page that it is about."""
    event, person = notifications.publish(), Person()
    registration = notifications.registered(event, person)

    (vi,) = notifications.get("/inbox", by=person).json["items"]
    (en,) = notifications.get("/inbox", by=person, language="en").json["items"]
    assert vi["title"] == "Bạn đã có chỗ: Đối thoại với doanh nghiệp trẻ"
    assert "Thứ Năm, 26/03/2026, 14:00 – 16:30 (giờ Việt Nam). Tại Hội trường." in vi["body"]
    assert en["title"] == "You have a place: Dialogue with young businesses"
    assert "Thursday, 26 March 2026, 14:00 – 16:30 (Vietnam time)" in en["body"]
    assert vi["url"] == f"/toi/ve/{registration}"
    assert (vi["kind"], vi["event_id"]) == ("registration-confirmed", event["id"])


def test_an_inbox_is_its_owners_alone(notifications: Notifications) -> None:
    """Nobody else reads it, or marks it as read."""
    event, person = notifications.publish(), Person()
    notifications.registered(event, person)
    (item,) = notifications.get("/inbox", by=person).json["items"]

    assert notifications.get("/inbox", by=Person()).json["items"] == []
    assert notifications.get("/inbox").status_code == 401
    other = notifications.post(f"/inbox/{item['id']}/read", by=Person(admin=True))
    assert problem(other) == "not-found"


def test_reading_is_noted_once(notifications: Notifications) -> None:
    """The number of unread ones falls; a second time changes nothing."""
    event, person = notifications.publish(), Person()
    notifications.registered(event, person)
    before = notifications.get("/inbox", by=person).json
    (item,) = before["items"]
    assert (before["unread"], item["read_at"]) == (1, None)

    for _ in range(2):
        answer = notifications.post(f"/inbox/{item['id']}/read", by=person)
        assert answer.status_code == 204
    after = notifications.get("/inbox", by=person).json
    assert after["unread"] == 0
    assert after["items"][0]["read_at"] is not None


def test_a_mail_is_not_an_inbox_item(notifications: Notifications) -> None:
    """Marking a mail as read is not possible."""
    event, person = notifications.publish(), Person()
    notifications.registered(event, person)
    mail = UUID(str(notifications.notices("id")[0]))

    assert notifications.post(f"/inbox/{mail}/read", by=person).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("officer", 200), ("organiser", 200), ("leader", 200), ("member", 404)],
)
def test_an_organisations_inbox_is_read_by_those_who_act_for_it(
    notifications: Notifications, role: str, status: int
) -> None:
    """Officers, organisers and leaders of that organisation, of no other."""
    partner = new_id()
    event = notifications.publish(partner_ids=[partner])
    notifications.deliver(
        "partner.invited",
        f"{event['id']}:{partner}",
        1,
        {"event_id": event["id"], "organisation_id": str(partner)},
    )
    reader = Person().with_role(role, partner)
    answer = notifications.get(f"/inbox?organisation_id={partner}", by=reader)
    assert answer.status_code == status
    stranger = Person().with_role("organiser", new_id())
    assert notifications.get(f"/inbox?organisation_id={partner}", by=stranger).status_code == 404
    if status == 200:
        (item,) = answer.json["items"]
        assert item["kind"] == "partner-invited"
        path = f"/inbox/{item['id']}/read"
        assert notifications.post(path, by=stranger).status_code == 404
        assert notifications.post(path, by=reader).status_code == 204


def test_an_inbox_comes_in_pages(notifications: Notifications) -> None:
    """Newest first, nothing twice, nothing left out."""
    person = Person()
    for _ in range(5):
        notifications.registered(notifications.publish(), person)
    seen, cursor = [], ""
    while True:
        page = notifications.get(f"/inbox?limit=2{cursor}", by=person).json
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


def test_a_past_move_keeps_what_it_told(notifications: Notifications) -> None:
    """The inbox is a history: the first move still says the first new time."""
    event, person = notifications.publish(), Person()
    notifications.registered(event, person)
    notifications.move(notifications.move(event))

    second, first, _ = notifications.get("/inbox", by=person).json["items"]
    assert "16:00 – 18:30" in first["body"]
    assert "18:00 – 20:30" in second["body"]


def test_deliveries_show_states_and_no_addresses(notifications: Notifications) -> None:
    """To the organiser of the event's owner and to nobody else."""
    event = notifications.publish()
    notifications.registered(event, notifications.somebody())
    notifications.work()

    answer = notifications.get(f"/deliveries?event_id={event['id']}", by=notifications.organiser)
    by_channel = {item["channel"]: item for item in answer.json["items"]}
    assert by_channel["email"]["status"] == "delivered"
    (attempt,) = by_channel["email"]["attempts"]
    assert (attempt["provider"], attempt["outcome"]) == ("outbox", "delivered")
    assert set(attempt) == {"at", "provider", "outcome"}
    assert "@" not in answer.get_data(as_text=True)
    for other, status in (
        (Person().with_role("organiser", new_id()), 404),
        (Person().with_role("officer", notifications.organisation), 403),
        (Person(), 403),
        (None, 401),
    ):
        path = f"/deliveries?event_id={event['id']}"
        assert notifications.get(path, by=other).status_code == status
    unknown = notifications.get(f"/deliveries?event_id={new_id()}", by=notifications.organiser)
    assert unknown.status_code == 404


def test_the_demo_shows_its_mails_on_this_machine(notifications: Notifications) -> None:
    """Taken apart, with the ticket's image in place."""
    event = notifications.publish()
    notifications.registered(event, notifications.somebody())
    notifications.work()

    (item,) = notifications.get("/outbox").json["items"]
    assert item["subject"] == "Bạn đã có chỗ: Đối thoại với doanh nghiệp trẻ"
    mail = notifications.get(f"/outbox/{item['id']}").json
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert "ACDE34FG" in mail["text"]
    assert "data:image/png;base64," in mail["html"]
    assert "cid:" not in mail["html"]
    assert mail["attachments"] == [{"name": "lich.ics", "type": "text/calendar"}]
    assert notifications.get(f"/outbox/{new_id()}").status_code == 404


@pytest.mark.parametrize(("demo", "address"), [(False, "127.0.0.1"), (True, "192.0.2.7")])
def test_the_outbox_is_not_there_otherwise(
    start: Callable[..., Notifications], demo: bool, address: str
) -> None:
    """Without DEMO, or from another machine."""
    notifications = start(demo=demo)
    for path in ("/v1/outbox", f"/v1/outbox/{new_id()}"):
        answer = notifications.client.get(path, environ_overrides={"REMOTE_ADDR": address})
        assert problem(answer) == "not-found"
