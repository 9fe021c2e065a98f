"""Drafts: as unfinished as they may be, but without contradictions, and nobody else's to see or change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.ids import new_id
from tests.service.events.conftest import Events, wrong_fields
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, OtherService, Person, problem

ADMIN = Person(admin=True)
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"capacity": -1}, "capacity"),
    ({"capacity": 2.5}, "capacity"),
    ({"capacity": True}, "capacity"),
    ({"capacity": 10**40}, "capacity"),
    ({"registration_opens_at": "2026-03-25T02:00:00Z"}, "registration_closes_at"),
    ({"starts_at": "2026-03-26T09:00:00"}, "starts_at"),
    ({"starts_at": "hôm nay"}, "starts_at"),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
    ({"ends_at": "9999-12-31T23:59:59-14:00"}, "ends_at"),
    ({"title": {"vi": "  "}}, "title.vi"),
    ({"title": {"vi": "x" * 301}}, "title.vi"),
    ({"title": {"vi": "một\ndòng"}}, "title.vi"),
    ({"title": {"en": "Only English"}}, "title.vi"),
    ({"venue": {"name": 1}}, "venue.name"),
    ({"venue": {"name": "x", "colour": "red"}}, "venue.colour"),
    ({"hosts": [{"organisation_id": None}]}, "hosts.0.role_title"),
    ({"partners": ["ai đó"]}, "partners.0"),
    ({"document": {"date": "31/12/2026"}}, "document.date"),
    ({"waitlist": "yes"}, "waitlist"),
    ({"timezone": "../../etc/passwd"}, "timezone"),
    ({"timezone": "Factory"}, "timezone"),
    ({"kind": None}, "kind"),
    ({"title": "Đối thoại"}, "title"),
]


def test_a_draft_may_be_as_unfinished_as_its_organiser(events: Events) -> None:
    """A host, a kind and a title are enough; the rest has a value or none, and nobody is told."""
    body = {
        "organisation_id": str(events.organisation),
        "kind": "training",
        "title": {"vi": "Tập huấn"},
    }

    answer = events.post("/events", body, by=events.organiser)

    assert answer.status_code == 201
    draft = answer.json
    assert (draft["status"], draft["timezone"], draft["waitlist"]) == (
        "draft",
        "Asia/Ho_Chi_Minh",
        True,
    )
    assert draft["title"] == {"vi": "Tập huấn", "en": None}
    assert (draft["starts_at"], draft["capacity"], draft["venue"], draft["hosts"]) == (
        None,
        None,
        None,
        [],
    )
    assert draft["uid"] == f"{draft['id']}@doithoai.example"
    assert events.published() == []


def test_a_draft_is_read_as_it_was_written(events: Events) -> None:
    """Every field, its times as the same moments, and the names of organisations once community told them."""
    partner, area = new_id(), str(new_id())
    written = events.body(
        kind="consultation",
        description={"vi": "Dòng một\r\nDòng hai\t.", "en": None},
        audience={"vi": "Doanh nghiệp trẻ", "en": "Young businesses"},
        illustrative=True,
        waitlist=False,
        timezone="Europe/Berlin",
        venue={"name": "Nhà", "address": "", "area_id": area, "accessibility": {"vi": "Có dốc"}},
        partners=[partner],
        document={"number": "12/GM", "date": "2026-03-01"},
        legal_basis="Điều 5",
        starts_at="2026-06-01T09:00:00+07:00",
        ends_at="2026-06-01T06:30:00+02:00",
    )
    events.name_organisation(events.organisation, "UBND phường", short_name="UBND")
    events.name_organisation(partner, "Hội Doanh nhân trẻ")

    made = events.post("/events", written, by=events.organiser).json

    shown = events.show(made)
    assert shown == made
    same = ("audience", "illustrative", "waitlist", "timezone", "capacity", "legal_basis")
    assert {name: shown[name] for name in same} == {name: written[name] for name in same}
    assert shown["document"] == written["document"]
    assert shown["description"] == written["description"]
    assert shown["venue"] == written["venue"] | {
        "address": None,
        "room": None,
        "room_capacity": None,
        "location": None,
        "accessibility": {"vi": "Có dốc", "en": None},
    }
    assert shown["kind"] == {
        "key": "consultation",
        "name": {"vi": "Lấy ý kiến góp ý", "en": "Consultation"},
    }
    assert shown["organisation"]["short_name"] == "UBND"
    assert [one["name"] for one in shown["partners"]] == ["Hội Doanh nhân trẻ"]
    assert events.moment(shown["starts_at"]) == events.moment("2026-06-01T02:00:00Z")
    assert events.moment(shown["ends_at"]) == events.moment("2026-06-01T04:30:00Z")


def test_contradictions_are_refused_with_each_field_named_in_the_callers_language(
    events: Events,
) -> None:
    """All at once, whether or not the draft is finished; nothing is stored."""
    now = events.clock.now()
    body = events.body(
        starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=1),
        registration_closes_at=now + timedelta(days=3),
        timezone="Asia/Atlantis",
    )

    vi = events.post("/events", body, by=events.organiser)
    en = events.post("/events", body, by=events.organiser, language="en")

    assert (vi.status_code, problem(vi)) == (422, "invalid")
    assert wrong_fields(vi) == {
        "ends_at": "Giờ kết thúc phải sau giờ bắt đầu.",
        "registration_closes_at": "Hạn đăng ký không được sau giờ kết thúc.",
        "timezone": "Không có múi giờ này; ví dụ: Asia/Ho_Chi_Minh.",
    }
    assert wrong_fields(en) == {
        "ends_at": "It must end after it starts.",
        "registration_closes_at": "Registration must close by the event's end.",
        "timezone": "There is no such time zone; for example: Asia/Ho_Chi_Minh.",
    }
    assert events.count("events") == 0


def test_a_wrong_field_is_named_by_its_path(events: Events) -> None:
    """At creation and in an edit alike."""
    draft = events.draft()

    for changes, field in WRONG:
        created = events.post("/events", events.body(**changes), by=events.organiser)
        edited = events.edit(draft, **changes)

        assert (created.status_code, list(wrong_fields(created))) == (422, [field]), changes
        assert (edited.status_code, list(wrong_fields(edited))) == (422, [field]), changes
    assert events.show(draft) == draft


def test_an_unknown_kind_is_refused(events: Events) -> None:
    """At creation and in an edit."""
    draft = events.draft()

    created = events.post("/events", events.body(kind="party"), by=events.organiser)
    edited = events.edit(draft, kind="party", language="en")

    assert wrong_fields(created) == {"kind": "Không có loại sự kiện này; xin chọn trong danh sách."}
    assert wrong_fields(edited) == {
        "kind": "There is no such kind of event; please choose one of the list."
    }


def test_the_kinds_are_listed_for_everybody_in_their_order(events: Events) -> None:
    """The seven that every deployment begins with."""
    items = events.get("/kinds").json["items"]

    assert [one["key"] for one in items] == [
        "dialogue",
        "dialogue_youth",
        "meeting",
        "consultation",
        "training",
        "pitch_day",
        "open_call_briefing",
    ]
    assert items[2]["name"] == {"vi": "Họp mặt", "en": "Meeting"}


def test_what_is_not_the_callers_to_say_is_refused_by_name(events: Events) -> None:
    """Nobody sets the state of an event by sending it; each field is named, all at once."""
    draft = events.draft()
    names = ("status", "id", "uid", "version", "sequence", "seats", "published_at", "reason")
    fields = dict.fromkeys(names, "published")

    created = events.post("/events", events.body() | fields, by=events.organiser)
    edited = events.edit(draft, **fields)

    assert wrong_fields(created) == dict.fromkeys(names, "Không có mục này.")
    assert wrong_fields(edited) == dict.fromkeys(names, "Không có mục này.")


def test_an_event_stays_with_its_organisation(events: Events) -> None:
    """An edit cannot hand it over."""
    draft = events.draft()

    assert list(wrong_fields(events.edit(draft, organisation_id=new_id()))) == ["organisation_id"]


def test_only_organisers_of_the_organisation_and_admins_begin_events(events: Events) -> None:
    """Without a role at all one need not know more; an organiser elsewhere is told that it is forbidden."""
    callers = {
        "nobody": (None, 401),
        "a person": (Person(), 403),
        "a service": (OtherService("registrations"), 403),
        "a leader": (events.leader, 403),
        "an officer": (Person().with_role("officer", events.organisation), 403),
        "an organiser elsewhere": (Person().with_role("organiser", new_id()), 403),
        "an organiser": (events.organiser, 201),
        "an admin": (ADMIN, 201),
    }

    got = {
        name: events.post("/events", events.body(), by=by).status_code
        for name, (by, _) in callers.items()
    }

    assert got == {name: expected for name, (_, expected) in callers.items()}


def test_a_draft_is_seen_by_those_who_plan_and_is_nothing_to_everybody_else(
    events: Events,
) -> None:
    """Organisers, leaders and admins see it; what others get is what a missing event gives."""
    draft = events.draft()
    elsewhere = Person().with_role("organiser", new_id()).with_role("leader", new_id())
    missing = events.get(f"/events/{new_id()}", by=elsewhere)

    for by in (events.organiser, events.leader, ADMIN):
        assert events.get(f"/events/{draft['id']}", by=by).json == draft
    for other in (None, Person(), Person().at_door(draft["id"], new_id()), elsewhere):
        answer = events.get(f"/events/{draft['id']}", by=other)
        assert (answer.status_code, answer.get_data()) == (404, missing.get_data())


@pytest.mark.parametrize("act", ["edit", "publish", "reschedule", "cancel"])
def test_only_organisers_of_the_organisation_and_admins_change_events(
    events: Events, act: str
) -> None:
    """A leader sees and does not change; to an organiser elsewhere there is no such event, whatever its state."""
    made = events.draft() if act == "publish" else events.published_event()
    before = events.show(made)
    later = events.clock.now() + timedelta(days=30)
    times = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
    reason = {"reason": {"vi": "Vì"}}
    body = {
        "edit": {"title": {"vi": "Khác"}},
        "publish": {},
        "reschedule": times | reason,
        "cancel": reason,
    }[act]
    path = f"/events/{made['id']}" + ("" if act == "edit" else f"/{act}")

    def answer(by: Person | None) -> int:
        method = "PATCH" if act == "edit" else "POST"
        headers = {"If-Match": "*"}
        return events.call(method, path, body, by=by, headers=headers).status_code

    assert answer(None) == 401
    assert answer(Person()) == 403
    assert answer(events.leader) == 403
    assert answer(Person().with_role("organiser", new_id())) == 404
    assert events.show(made) == before
    assert answer(ADMIN) == 200
    assert events.show(made) != before


def test_an_edit_must_say_which_version_it_saw(events: Events) -> None:
    """Without If-Match 428, with one that was overtaken or is weak 412; what is read carries the ETag."""
    draft = events.draft()
    path, change = f"/events/{draft['id']}", {"title": {"vi": "Khác"}}
    etag = events.get(path, by=events.organiser).headers["ETag"]

    without = events.call("PATCH", path, change, by=events.organiser)
    first = events.edit(draft, match=etag, **change)
    overtaken = events.edit(draft, match=etag, title={"vi": "Lại khác"})
    weak = events.edit(draft, match=f"W/{first.headers['ETag']}", title={"vi": "Lại khác"})

    assert (without.status_code, problem(without)) == (428, "match-required")
    assert first.status_code == 200
    assert first.headers["ETag"] not in ("", etag)
    assert (overtaken.status_code, problem(overtaken)) == (412, "edited-meanwhile")
    assert weak.status_code == 412
    assert events.show(draft)["title"]["vi"] == "Khác"
    assert events.edit(draft, match=first.headers["ETag"], title={"vi": "Nữa"}).status_code == 200


def test_who_may_not_edit_is_not_told_the_version(events: Events) -> None:
    """To somebody else the event is missing before its version is."""
    draft = events.draft()
    elsewhere = Person().with_role("organiser", new_id())

    answer = events.call("PATCH", f"/events/{draft['id']}", {}, by=elsewhere)

    assert answer.status_code == 404


def test_an_edit_that_changes_nothing_makes_no_new_version(events: Events) -> None:
    """Sent again as it is, the ETag stays."""
    draft = events.draft()
    etag = events.get(f"/events/{draft['id']}", by=events.organiser).headers["ETag"]
    same = {name: value for name, value in events.body().items() if name != "organisation_id"}

    answer = events.edit(draft, **same)

    assert (answer.status_code, answer.headers["ETag"]) == (200, etag)
    assert answer.json == draft


def test_two_edits_of_one_version_at_once_have_one_winner(events: Events) -> None:
    """Eight with the same ETag: one is taken, the others are told; the title is the winner's."""
    draft = events.draft()
    path = f"/v1/events/{draft['id']}"
    token, _ = SIGNER.issue(events.organiser.claims(), now=events.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    etag = events.client.get(path, headers=headers).headers["ETag"]

    def act(number: int) -> tuple[int, int]:
        client = events.app.test_client()
        body = {"title": {"vi": f"Tên {number}"}}
        answer = client.patch(path, json=body, headers=headers | {"If-Match": etag})
        return answer.status_code, number

    answers = at_once(8, act)

    assert sorted(code for code, _ in answers) == [200] + [412] * 7
    (winner,) = [number for code, number in answers if code == 200]
    assert events.show(draft)["title"]["vi"] == f"Tên {winner}"


def test_a_venue_is_edited_part_by_part_and_can_be_taken_away(events: Events) -> None:
    """What is not named stays (RFC 7396); null takes it away."""
    draft = events.draft(venue={"name": "Hội trường", "address": "Số 1"})

    moved = events.edited(draft, venue={"name": "Nhà văn hóa"})
    gone = events.edited(draft, venue=None)

    assert (moved["venue"]["name"], moved["venue"]["address"]) == ("Nhà văn hóa", "Số 1")
    assert gone["venue"] is None


@pytest.mark.parametrize(("other", "moved"), [(False, "venue.accessibility"), (True, "venue")])
def test_naming_the_area_of_a_place_moves_nobody(events: Events, other: bool, moved: str) -> None:
    """Who comes is told of another place, not of what makes the same place easier to find."""
    area = {"area_id": str(new_id())} if other else {}
    event = events.published_event(venue={"name": "Nhà"} | area)

    events.edited(event, venue={"area_id": str(new_id())})

    assert events.published("event.changed")[-1].data["changed"] == [moved]


def test_a_partner_named_twice_is_one(events: Events) -> None:
    """And they stay in the order of the list."""
    first, second = new_id(), new_id()

    draft = events.draft(partners=[second, first, second])

    assert [one["id"] for one in draft["partners"]] == [str(second), str(first)]


def test_creating_again_with_the_key_has_one_effect(events: Events) -> None:
    """An admin's repeat gets the same answer; another body is refused; another caller's same key is their own."""
    body = events.body()

    first = events.post("/events", body, by=ADMIN, key="k1")
    again = events.post("/events", body, by=ADMIN, key="k1")
    other_body = events.post("/events", events.body(capacity=1), by=ADMIN, key="k1")
    other_caller = events.post("/events", body, by=events.organiser, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other_body.status_code, problem(other_body)) == (422, "key-reused")
    assert other_caller.status_code == 201
    assert events.count("events") == 2


def test_an_organisers_repeat_with_the_key_gets_the_same_answer(events: Events) -> None:
    """Whose right depends on the organisation is answered as an admin is."""
    organiser, body = events.organiser, events.body()

    first = events.post("/events", body, by=organiser, key="k1")
    again = events.post("/events", body, by=organiser, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert events.count("events") == 1


def test_what_was_begun_is_edited_with_the_version_of_the_answer(events: Events) -> None:
    """Without asking for it first; a repeat of the request gets the same version."""
    by, body = events.organiser, events.body()
    made, again = (events.post("/events", body, by=by, key="k") for _ in range(2))
    rule = {"event_id": made.json["id"], "rule": "FREQ=WEEKLY;COUNT=2"}
    series = events.post("/series", rule, by=by)
    plan = {"organisation_id": events.organisation, "year": 2026, "title": {"vi": "Năm"}}
    programme = events.post("/programmes", plan, by=by)
    copied = events.post(f"/programmes/{programme.json['id']}/copy", {"year": 2027}, by=by)

    assert made.headers["ETag"] == again.headers["ETag"] == '"1"'
    for path, answer in (("series", series), ("programmes", programme), ("programmes", copied)):
        changed = events.call(
            "PATCH",
            f"/{path}/{answer.json['id']}",
            {"title": {"vi": "Tên"}},
            by=by,
            headers={"If-Match": answer.headers["ETag"]},
        )
        assert changed.status_code == 200, changed.text


def test_a_refused_creation_leaves_its_key_free(events: Events) -> None:
    """Corrected, it may be sent with the same key."""
    wrong = events.post("/events", events.body(kind="party"), by=ADMIN, key="k1")
    right = events.post("/events", events.body(), by=ADMIN, key="k1")

    assert (wrong.status_code, right.status_code) == (422, 201)


def test_what_is_not_json_is_refused(events: Events) -> None:
    """Whatever it is called; JSON of another shape is refused as such."""
    for body in (b"", b"{", b"[1", b"\xff", b'{"a": NaN}', b'{"a":1,"a":2}', b"[" * 100_000):
        answer = events.send("/events", body)
        assert (answer.status_code, problem(answer)) == (400, "not-json"), body[:10]
    for body in (b"[]", b"1", b"null", b'"x"'):
        assert events.send("/events", body).status_code == 422, body


def test_a_body_above_one_mebibyte_is_refused(events: Events) -> None:
    """Whatever it would say."""
    answer = events.send("/events", b'{"title": "' + b"x" * 1024 * 1024 + b'"}')

    assert (answer.status_code, problem(answer)) == (413, "request-entity-too-large")
