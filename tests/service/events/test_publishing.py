"""Publication: everything that is needed is there, everybody is told once, and what people rely on stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.ids import new_id
from tests.service.events.conftest import Events, wrong_fields
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, problem


def test_a_published_event_is_everybodys_to_see(events: Events) -> None:
    """With the moment of its publication; a draft was not."""
    draft = events.draft()

    published = events.publish(draft)

    assert (published["status"], draft["published_at"]) == ("published", None)
    assert events.moment(published["published_at"]) == events.clock.now()
    assert events.get(f"/events/{draft['id']}").json == published


def test_publishing_demands_everything_that_is_missing_at_once(events: Events) -> None:
    """Each field with what to do, in the caller's language; the draft stays one and nobody is told."""
    body = {
        "organisation_id": str(events.organisation),
        "kind": "meeting",
        "title": {"vi": "Họp mặt"},
    }
    draft = events.post("/events", body, by=events.organiser).json

    vi = events.post(f"/events/{draft['id']}/publish", by=events.organiser)
    en = events.post(f"/events/{draft['id']}/publish", by=events.organiser, language="en")

    assert (vi.status_code, problem(vi)) == (422, "invalid")
    assert wrong_fields(vi) == {
        "starts_at": "Xin nhập giờ bắt đầu.",
        "ends_at": "Xin nhập giờ kết thúc.",
        "capacity": "Xin nhập sức chứa.",
        "registration_opens_at": "Xin nhập lúc mở đăng ký.",
        "registration_closes_at": "Xin nhập hạn đăng ký.",
        "venue.name": "Xin nhập nơi tổ chức.",
    }
    assert wrong_fields(en)["venue.name"] == "Please say where it takes place."
    assert events.show(draft) == draft
    assert events.published() == []


def test_what_is_over_is_not_published(events: Events) -> None:
    """While it runs it may be."""
    now = events.clock.now()
    over = events.draft(
        starts_at=now - timedelta(hours=2),
        ends_at=now,
        registration_closes_at=now - timedelta(hours=2),
    )
    running = events.draft(
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        registration_closes_at=now - timedelta(hours=1),
    )

    refused = events.post(f"/events/{over['id']}/publish", by=events.organiser)

    assert wrong_fields(refused) == {
        "starts_at": "Sự kiện phải ở phía trước.",
        "ends_at": "Sự kiện phải ở phía trước.",
    }
    assert events.publish(running)["status"] == "published"


def test_publishing_twice_tells_once(events: Events) -> None:
    """The answer is the same, whoever repeats it."""
    draft = events.draft(partners=[new_id()])
    first = events.publish(draft)

    assert events.publish(draft) == first
    assert len(events.told_of(draft)) == 2


def test_eight_who_publish_at_once_tell_once(events: Events) -> None:
    """All are answered alike; each partner is invited once, and no sequence is given twice."""
    draft = events.draft(partners=[new_id(), new_id()])
    token, _ = SIGNER.issue(events.organiser.claims(), now=events.clock.now())
    headers = {"Authorization": f"Bearer {token}"}

    def act(_: int) -> int:
        client = events.app.test_client()
        return client.post(
            f"/v1/events/{draft['id']}/publish", json={}, headers=headers
        ).status_code

    assert at_once(8, act) == [200] * 8
    told = events.told_of(draft)
    assert [one.type for one in told] == ["event.published", "partner.invited", "partner.invited"]
    assert [one.sequence for one in told] == [1, 2, 3]


def test_the_publication_carries_the_whole_public_state(events: Events) -> None:
    """So that no consumer asks back; without the organisation's name until community has told it."""
    host_id = str(new_id())
    draft = events.draft(
        hosts=[{"role_title": {"vi": "Chủ tịch"}, "organisation_id": host_id}],
        description={"vi": "Dài", "en": None},
        document={"number": "12/GM", "date": "2026-03-01"},
        legal_basis="Điều 5",
    )
    events.publish(draft)
    events.name_organisation(events.organisation, "UBND phường")
    second = events.published_event()

    (told,) = events.told_of(draft)
    (named,) = events.told_of(second)

    expected = {
        "id": draft["id"],
        "organisation_id": str(events.organisation),
        "organisation": None,
        "kind": "dialogue",
        "status": "published",
        "title": draft["title"],
        "summary": draft["summary"],
        "description": {"vi": "Dài", "en": None},
        "audience": None,
        "hosts": [
            {
                "role_title": {"vi": "Chủ tịch", "en": None},
                "organisation_id": host_id,
                "note": None,
            }
        ],
        "venue": {
            n: v for n, v in draft["venue"].items() if n not in ("location", "room_capacity")
        },
        "starts_at": "2026-03-26T02:00:00Z",
        "ends_at": "2026-03-26T04:00:00Z",
        "timezone": "Asia/Ho_Chi_Minh",
        "attendance_mode": "offline",
        "languages": ["vi"],
        "capacity": 50,
        "waitlist": True,
        "registration_opens_at": "2026-03-04T02:00:00Z",
        "registration_closes_at": "2026-03-25T02:00:00Z",
        "partner_ids": [],
        "changed": [],
        "reason": None,
    }
    assert {name: told.data[name] for name in expected} == expected
    assert named.data["organisation"] == {
        "id": str(events.organisation),
        "name": "UBND phường",
        "short_name": None,
    }


def test_the_publication_is_told_first_and_then_each_partner_is_invited(events: Events) -> None:
    """In the order of the list, with rising sequences, the letter beside it."""
    partners = [str(new_id()) for _ in range(3)]
    draft = events.draft(partners=partners, document={"number": "12/GM"})

    events.publish(draft)

    published, *invited = events.published()
    assert (published.type, published.subject) == ("event.published", draft["id"])
    assert published.data["partner_ids"] == partners
    assert [one.type for one in invited] == ["partner.invited"] * 3
    assert [one.subject for one in invited] == [f"{draft['id']}:{one}" for one in partners]
    assert [one.sequence for one in (published, *invited)] == [1, 2, 3, 4]
    assert invited[0].data == {
        "event_id": draft["id"],
        "organisation_id": partners[0],
        "document": {"number": "12/GM", "date": None},
    }


def test_who_organises_it_too_is_told_of_what_happens_to_it_like_a_partner(events: Events) -> None:
    """Whoever is invited hears of the move and of the end, as the preview counts them."""
    partner, co_organiser = str(new_id()), str(new_id())
    event = events.published_event(partners=[partner], co_organisers=[co_organiser])

    events.moved(event)
    events.cancelled(event)

    invited = events.published("partner.invited")
    assert {one.data["organisation_id"] for one in invited} == {partner, co_organiser}
    for kind in ("event.published", "event.changed", "event.cancelled"):
        assert events.published(kind)[-1].data["partner_ids"] == [partner, co_organiser], kind


def test_only_partners_that_are_new_are_invited_after_the_publication(events: Events) -> None:
    """The change is told first; who stays is left in peace; who is taken out and comes back is invited anew."""
    first, second = str(new_id()), str(new_id())
    event = events.published_event(partners=[first])

    events.edited(event, partners=[second, first])
    events.edited(event, partners=[second])
    events.edited(event, partners=[second, first])

    told = [
        (one.type, one.data.get("organisation_id"), one.sequence)
        if one.type == "partner.invited"
        else (one.type, one.data["changed"], one.sequence)
        for one in events.told_of(event)
    ]
    assert told == [
        ("event.published", [], 1),
        ("partner.invited", first, 2),
        ("event.changed", ["partners"], 3),
        ("partner.invited", second, 4),
        ("event.changed", ["partners"], 5),
        ("event.changed", ["partners"], 6),
        ("partner.invited", first, 7),
    ]
    assert [one["id"] for one in events.show(event)["partners"]] == [second, first]


def test_partners_of_a_draft_wait_for_the_publication(events: Events) -> None:
    """They may come and go without hearing of it."""
    first, second = str(new_id()), str(new_id())
    draft = events.draft(partners=[first])
    events.edited(draft, partners=[second])

    assert events.published() == []
    events.publish(draft)
    assert [one.data["organisation_id"] for one in events.published("partner.invited")] == [second]


def test_what_people_rely_on_is_not_edited_after_the_publication(events: Events) -> None:
    """Each field is named, with where it is changed instead, all at once and in both languages."""
    event = events.published_event()
    before = events.show(event)
    wanted: dict[str, Any] = {
        "starts_at": "2026-03-27T02:00:00Z",
        "ends_at": "2026-03-27T04:00:00Z",
        "registration_opens_at": "2026-03-05T02:00:00Z",
        "registration_closes_at": "2026-03-24T02:00:00Z",
        "capacity": 1,
        "waitlist": False,
        "kind": "meeting",
        "timezone": "Europe/Berlin",
        "illustrative": True,
    }

    vi = events.edit(event, title={"vi": "Khác"}, **wanted)
    en = events.edit(event, language="en", **wanted)

    assert (vi.status_code, problem(vi)) == (409, "fixed-after-publication")
    for_good = "Không sửa được sau khi công bố."
    move = "Đã công bố: xin dùng “Đổi lịch” (POST …/reschedule) để người đã đăng ký được báo."
    assert wrong_fields(vi) == dict.fromkeys(wanted, for_good) | {
        "starts_at": move,
        "ends_at": move,
        "registration_closes_at": move,
        "capacity": "Đã công bố: xin sửa ở phần đăng ký (PATCH /api/registrations/v1/offers/…).",
    }
    assert wrong_fields(en)["capacity"] == (
        "It is published: please change it in registrations (PATCH /api/registrations/v1/offers/…)."
    )
    assert wrong_fields(en)["starts_at"].startswith("It is published: please reschedule it")
    assert wrong_fields(en)["registration_opens_at"] == (
        "It cannot be changed once the event is published."
    )
    assert events.show(event) == before
    assert [one.type for one in events.told_of(event)] == ["event.published"]


def test_what_is_fixed_may_be_sent_as_it_is(events: Events) -> None:
    """A form that sends every field back edits only what differs; the same moment in another zone is the same."""
    event = events.published_event()
    form = {name: value for name, value in events.body().items() if name != "organisation_id"}
    form |= {"starts_at": "2026-03-26T09:00:00+07:00", "title": {"vi": "Tên mới"}}

    assert events.edited(event, **form)["title"] == {"vi": "Tên mới", "en": None}
    assert events.told_of(event)[-1].data["changed"] == ["title"]


def test_texts_are_edited_after_the_publication_and_who_relies_on_them_is_told(
    events: Events,
) -> None:
    """What changed is named; where nothing did, nobody is told."""
    event = events.published_event()
    texts: dict[str, Any] = {
        "title": {"vi": "Tên mới", "en": None},
        "summary": {"vi": "Tóm tắt mới", "en": None},
        "description": {"vi": "Chi tiết", "en": None},
        "audience": {"vi": "Ai cũng được", "en": None},
        "hosts": [{"role_title": {"vi": "Phó Chủ tịch", "en": None}}],
        "venue": {"name": "Nhà văn hóa"},
        "document": {"number": "13/GM"},
        "legal_basis": "Điều 6",
    }

    events.edited(event, **texts)
    events.edited(event, **texts)

    (change,) = events.published("event.changed")
    assert change.data["changed"] == sorted(texts)
    assert change.data["title"] == {"vi": "Tên mới", "en": None}
    assert change.data["venue"]["name"] == "Nhà văn hóa"
    assert change.sequence == 2


def test_a_published_event_cannot_lose_what_everybody_needs(events: Events) -> None:
    """Its venue, for one."""
    event = events.published_event()

    answer = events.edit(event, venue=None)

    assert wrong_fields(answer) == {"venue.name": "Xin nhập nơi tổ chức."}
    assert events.show(event)["venue"]["name"] == "Hội trường lớn"


def test_an_edited_draft_tells_nobody(events: Events) -> None:
    """Nobody relies on it yet."""
    draft = events.draft()

    events.edited(draft, capacity=7, starts_at="2026-03-26T03:00:00Z", kind="meeting")

    assert events.show(draft)["capacity"] == 7
    assert events.published() == []


def test_how_one_gets_in_is_corrected_without_a_move(events: Events) -> None:
    """Nobody is mailed about another place; an unchanged venue, with empty texts for none, changes nothing."""
    event = events.published_event(venue={"name": "Hội trường"})
    events.edit(event, venue={"name": "Hội trường", "address": ""})
    assert [message.type for message in events.told_of(event)] == ["event.published"]

    events.edit(event, venue={"accessibility": {"vi": "Có thang máy"}})
    events.edit(event, venue={"name": "Hội trường B"})

    _, *told = (message.data["changed"] for message in events.told_of(event))
    assert told == [["venue.accessibility"], ["venue"]]
