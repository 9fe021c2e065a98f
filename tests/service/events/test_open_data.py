"""What everybody may use again: complete, stable, safe to open, and without anything about people."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from services.events.routes import open_data as routes
from shared.ids import new_id
from tests.service.events.conftest import Events

ATOM = "{http://www.w3.org/2005/Atom}"
PORTAL = "https://doithoai.example"
PEOPLE = {
    "speakers": [{"role_title": {"vi": "Chuyên gia thuế"}, "name": "Nguyễn Thị Kín"}],
    "hosts": [{"role_title": {"vi": "Chủ tịch UBND phường"}, "note": {"vi": "Bà Trần Kín"}}],
    "contacts": [
        {"name": {"vi": "Văn phòng Kín"}, "phone": "0912345678", "email": "kin@test.example"}
    ],
    "join_url": "https://hop.example/phong-kin",
    "attendance_mode": "mixed",
}
SECRETS = ("Kín", "912345678", "kin@", "hop.example", "Chuyên gia", "Chủ tịch")


def rows(events: Events) -> list[dict[str, str]]:
    answer = events.get("/open-data/events.csv")
    assert answer.status_code == 200
    text = answer.get_data().decode("utf-8-sig")
    assert "\r\n" in text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_open_data_holds_every_public_event_once_in_both_forms(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled and past ones too, drafts never; whatever a batch holds. The two forms say the same."""
    events.name_organisation(events.organisation, "UBND phường")
    area, point = new_id(), {"latitude": -10.5, "longitude": 106.7}
    venue = {"name": "Hội trường", "address": "Số 1", "area_id": area, "location": point}
    made = [events.published_event(venue=venue, languages=["vi", "en"]) for _ in range(5)]
    events.cancelled(made[1])
    events.draft()
    events.clock.advance(days=60)

    for size in (1, 2, 5, 500):
        monkeypatch.setattr(routes, "BATCH", size)
        answer = events.get("/open-data/events.json")
        found = answer.json
        assert [one["id"] for one in found["items"]] == sorted(one["id"] for one in made)
        assert [one["id"] for one in rows(events)] == [one["id"] for one in found["items"]]

    assert found["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    first, row = found["items"][0], rows(events)[0]
    assert first["url"] == f"{PORTAL}/su-kien/{made[0]['id']}"
    assert (first["title_vi"], first["organisation"]) == (made[0]["title"]["vi"], "UBND phường")
    assert (first["status"], found["items"][1]["status"]) == ("published", "cancelled")
    assert (first["latitude"], first["area_id"], first["languages"]) == (
        -10.5,
        str(area),
        ["vi", "en"],
    )
    assert events.moment(first["starts_at"]) == events.moment(made[0]["starts_at"])
    for name, value in first.items():
        kept = "" if value is None else value
        kept = " ".join(kept) if isinstance(kept, list) else str(kept)
        assert row[name] == (kept.lower() if isinstance(value, bool) else kept), name


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_of_a_table_is_a_formula(events: Events, sign: str) -> None:
    """An apostrophe stands before it; in JSON it is as it was written. Quotes and line breaks stay in their cell."""
    text = f'{sign}HYPERLINK("https://evil.example";"x")'
    summary = f'{sign}1\n"hai",;ba'
    event = events.published_event(title={"vi": text}, summary={"vi": summary})
    events.name_organisation(events.organisation, f"{sign}cmd|' /C calc'!A0")

    (row,) = rows(events)

    assert (row["title_vi"], row["summary_vi"]) == (f"'{text}", f"'{summary}")
    assert row["organisation"].startswith(f"'{sign}cmd")
    assert row["id"] == event["id"]
    assert events.get("/open-data/events.json").json["items"][0]["title_vi"] == text


@pytest.mark.parametrize("sign", ["\t", "\r", "\n"])
def test_no_white_space_hides_a_formula(events: Events, sign: str) -> None:
    """Tab and line ends, behind which programs look for one."""
    events.published_event(summary={"vi": f"{sign}=1+1"})

    assert rows(events)[0]["summary_vi"].startswith("'")


def test_nothing_about_people_is_in_what_is_open(events: Events) -> None:
    """No speakers, hosts, contacts and no way in, in any form."""
    event = events.published_event(**PEOPLE)

    for path in (
        "/open-data/events.json",
        "/open-data/events.csv",
        "/open-data/catalogue.jsonld",
        "/feeds/rss.xml",
        "/feeds/atom.xml",
        f"/events/{event['id']}/schema.jsonld",
    ):
        answer = events.get(path)
        assert answer.status_code == 200, path
        text = answer.get_data(as_text=True)
        text += json.dumps(answer.json, ensure_ascii=False) if answer.is_json else ""
        assert not [secret for secret in SECRETS if secret in text], path


def test_the_catalogue_names_where_the_data_is_and_its_licence(events: Events) -> None:
    """DCAT 2: a catalogue, its data set, and a distribution for each form, which is there."""
    answer = events.get("/open-data/catalogue.jsonld")

    found = json.loads(answer.get_data())
    (data,) = found["dcat:dataset"]
    assert answer.content_type == "application/ld+json"
    assert (found["@type"], data["@type"]) == ("dcat:Catalog", "dcat:Dataset")
    for one in data["dcat:distribution"]:
        assert one["dct:license"]["@id"] == "https://creativecommons.org/licenses/by/4.0/"
        address = one["dcat:downloadURL"]["@id"]
        path = address.removeprefix(f"{PORTAL}/api/events/v1")
        assert events.get(path).content_type.startswith(
            one["dcat:mediaType"]["@id"].rpartition("media-types/")[2]
        )


def test_feeds_tell_what_changed_last_first(events: Events) -> None:
    """Stable ids, the state in the title, no drafts; RSS and Atom alike."""
    one = events.published_event(title={"vi": "Một & <b>"})
    events.clock.advance(minutes=1)
    two = events.published_event(title={"vi": "Hai"})
    events.draft(title={"vi": "Nháp"})
    events.clock.advance(minutes=1)
    events.cancelled(one)

    rss = ET.fromstring(events.get("/feeds/rss.xml").get_data())
    atom = ET.fromstring(events.get("/feeds/atom.xml").get_data())

    ids = [f"urn:uuid:{one['id']}", f"urn:uuid:{two['id']}"]
    assert [item.findtext("guid") for item in rss.iter("item")] == ids
    assert [entry.findtext(f"{ATOM}id") for entry in atom.iter(f"{ATOM}entry")] == ids
    titles = ["Đã hủy: Một & <b>", "Hai"]
    assert [item.findtext("title") for item in rss.iter("item")] == titles
    assert [entry.findtext(f"{ATOM}title") for entry in atom.iter(f"{ATOM}entry")] == titles
    own = rss.find(f"channel/{ATOM}link")
    assert own is not None
    assert own.get("href") == f"{PORTAL}/api/events/v1/feeds/rss.xml"
    assert atom.findtext(f"{ATOM}updated") == events.clock.now().isoformat()
    english = events.get("/feeds/atom.xml", language="en").get_data(as_text=True)
    assert 'xml:lang="en"' in english
    assert "Cancelled: " in english


@pytest.mark.parametrize("path", ["/feeds/rss.xml", "/feeds/atom.xml"])
def test_a_feed_that_has_not_changed_is_304(events: Events, path: str) -> None:
    """Until something does; an empty one is a feed too."""
    ET.fromstring(events.get(path).get_data())
    event = events.published_event()
    first = events.get(path)
    events.clock.advance(hours=1)
    known = {"If-None-Match": first.headers["ETag"]}

    again = events.get(path, headers=known)

    assert (again.status_code, again.get_data()) == (304, b"")
    events.moved(event)
    assert events.get(path, headers=known).status_code == 200


@pytest.mark.parametrize("path", ["/feeds/rss.xml", "/feeds/atom.xml"])
def test_no_text_breaks_a_feed(events: Events, path: str) -> None:
    """Markup is text, and what XML cannot hold is left out."""
    text = "]]>\x01\x0b\x1b\ufffe\uffff&amp;<!DOCTYPE x><script>🎉"
    events.published_event(title={"vi": "a]]><b>&"}, summary={"vi": f"a{text}b"})

    feed = ET.fromstring(events.get(path).get_data())

    texts = [one.text or "" for one in feed.iter()]
    assert any("a]]>&amp;<!DOCTYPE x><script>🎉b" in one for one in texts)
    assert not [one for one in feed.iter() if one.tag.endswith(("script", "b"))]


def described(events: Events, event: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    answer = events.get(f"/events/{event['id']}/schema.jsonld", **kwargs)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_type == "application/ld+json"
    return dict(json.loads(answer.get_data()))


def test_search_engines_read_when_where_and_whether_there_are_places(events: Events) -> None:
    """schema.org/Event, in the zone of the event and the reader's language."""
    events.name_organisation(events.organisation, "UBND phường")
    event = events.published_event()
    seats = {"event_id": event["id"], "capacity": 50, "seats_left": 3, "waitlist_length": 0}
    events.deliver("offer.changed", event["id"], 1, seats | {"state": "open"})

    found = described(events, event, language="en")

    assert (found["@type"], found["name"]) == ("Event", "Dialogue with young businesses")
    assert found["startDate"].endswith("+07:00")
    assert events.moment(found["startDate"]) == events.moment(event["starts_at"])
    assert found["location"]["name"] == "Hội trường lớn"
    assert found["location"]["address"]["streetAddress"] == "Số 1"
    assert found["organizer"]["name"] == "UBND phường"
    assert found["offers"]["availability"] == "https://schema.org/InStock"
    assert found["offers"]["url"] == f"{PORTAL}/su-kien/{event['id']}/dang-ky"
    assert found["remainingAttendeeCapacity"] == 3
    events.deliver("offer.changed", event["id"], 2, seats | {"seats_left": 0, "state": "full"})
    assert described(events, event)["offers"]["availability"] == "https://schema.org/SoldOut"


def test_search_engines_learn_what_became_of_it(events: Events) -> None:
    """Scheduled, moved, postponed, given a time again, cancelled; a draft is not there."""
    event = events.published_event()

    def status() -> str:
        return str(described(events, event)["eventStatus"]).removeprefix("https://schema.org/")

    assert status() == "EventScheduled"
    events.moved(event)
    assert status() == "EventRescheduled"
    body = {"reason": {"vi": "Hội trường đang sửa"}}
    events.post(f"/events/{event['id']}/postpone", body, by=events.organiser)
    assert status() == "EventPostponed"
    events.moved(event)
    assert status() == "EventRescheduled"
    events.cancelled(event)
    assert status() == "EventCancelled"
    draft = events.draft()
    path = f"/events/{draft['id']}/schema.jsonld"
    assert events.get(path, by=events.organiser).status_code == 404


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        ("offline", ["Place"]),
        ("online", ["VirtualLocation"]),
        ("mixed", ["Place", "VirtualLocation"]),
    ],
)
def test_where_it_is_online_search_engines_are_sent_to_its_page(
    events: Events, mode: str, kinds: list[str]
) -> None:
    """Not to the link, which is for those with a place."""
    online = {} if mode == "offline" else {"join_url": "https://hop.example/kin"}
    event = events.published_event(attendance_mode=mode, **online)

    found = described(events, event)

    places = found["location"] if isinstance(found["location"], list) else [found["location"]]
    assert [one["@type"] for one in places] == kinds
    assert found["eventAttendanceMode"] == f"https://schema.org/{mode.title()}EventAttendanceMode"
    assert {one["url"] for one in places if "url" in one} <= {f"{PORTAL}/su-kien/{event['id']}"}
    assert "hop.example" not in json.dumps(found)


def test_a_place_is_offered_while_registration_is_open(events: Events) -> None:
    """Not yet, then, and no more."""
    opens = events.clock.now() + timedelta(hours=1)
    event = events.published_event(registration_opens_at=opens)
    seats = {"event_id": event["id"], "capacity": 50, "seats_left": 3, "waitlist_length": 0}
    assert "availability" not in described(events, event)["offers"]
    events.deliver("offer.changed", event["id"], 1, seats | {"state": "open"})

    def availability() -> str:
        return str(described(events, event)["offers"]["availability"]).rpartition("/")[2]

    assert availability() == "PreOrder"
    events.clock.move_to(opens)
    assert availability() == "InStock"
    events.clock.move_to(events.moment(event["registration_closes_at"]))
    assert availability() == "OutOfStock"
