"""Text that hurts programs: it is kept exactly or refused with the field named, and no calendar breaks of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.service.events.conftest import Events, entry_of, wrong_fields

HOSTILE = (
    "' OR 1=1; DROP TABLE events; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }} ${7*7} %s %(x)s {0} {x!r}",
    '=HYPERLINK("https://evil.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\\u0000 \\x00 %00 &#0; null None NaN",
    "\u202egnirts desrever\u202c",
    "\ufeffBOM \u200bzero\u200dwidth\u2060 \u00ad",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
    "ﷺ 𝕿𝖍𝖊 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \U0010ffff \ue000 \ufffe",
    "İıßſK Å ﬁ",
    "Đối thoại \u0110o\u0302\u0301i thoa\u0323i",
    "BEGIN:VEVENT",
    "../../../../etc/passwd",
    "\x80\x9f C1",
    " \xa0\u3000 giữa \xa0\u3000 ",
)
BROKEN_LINES = ("a\nb", "a\rb", "a\tb", "a\x0bb", "a\x1fb", "a\x7fb", "a\x85b", "a\u2028b", "\n")
UNKEPT = ("\x00", "a\x00b", "\ud800", "\udfff\ud83d", "a\udc00b")
# Every text of an event: those of one line, and those that keep their lines.
LINES = (
    "title.vi",
    "title.en",
    "audience.vi",
    "hosts.0.role_title.vi",
    "hosts.0.note.vi",
    "venue.name",
    "venue.address",
    "document.number",
)
PARAGRAPHS = ("summary.vi", "description.en", "venue.accessibility.vi", "legal_basis")

# Control characters that a line may hold and a calendar may not (RFC 5545, section 3.1).
NOT_IN_CALENDARS = dict.fromkeys(range(0x80, 0xA0))


def nested(texts: dict[str, str]) -> dict[str, Any]:
    """The fields of an edit that says these texts at these paths."""
    fields: dict[str, Any] = {
        "title": {"vi": "Tên"},
        "summary": {"vi": "Tóm tắt"},
        "description": {"vi": "Chi tiết"},
        "audience": {"vi": "Ai"},
        "hosts": [{"role_title": {"vi": "Chủ tịch"}, "note": {"vi": "Ghi chú"}}],
        "venue": {"name": "Nhà", "address": "Số 1", "accessibility": {"vi": "Có dốc"}},
        "document": {"number": "1"},
        "legal_basis": "",
    }
    for path, text in texts.items():
        *steps, last = path.split(".")
        at: Any = fields
        for step in steps:
            at = at[int(step) if step.isdigit() else step]
        at[last] = text
    return fields


def said(event: Any, path: str) -> Any:
    for step in path.split("."):
        event = event[int(step) if step.isdigit() else step]
    return event


def assert_kept_or_refused(events: Events, event: dict[str, Any], text: str) -> None:
    """In every text at once: a line without its outer spaces or refused, paragraphs exactly."""
    expected: str | None
    everywhere = dict.fromkeys((*LINES, *PARAGRAPHS), text)
    answer = events.edit(event, **nested(everywhere))
    if answer.status_code == 422:
        assert set(wrong_fields(answer)) <= set(LINES), text
        refused = set(wrong_fields(answer))
        everywhere = {path: text for path in everywhere if path not in refused}
        answer = events.edit(event, **nested(everywhere))
    assert answer.status_code == 200, (text, answer.get_data(as_text=True))
    shown = answer.json
    for path in everywhere:
        expected = text.strip() if path in LINES else text
        # An empty part of a venue or of a document is none.
        if path in ("venue.address", "document.number"):
            expected = expected or None
        assert said(shown, path) == expected, (path, text)
    entry = entry_of(events.ics(event))
    assert entry["UID"] == event["uid"]
    # The library takes a byte order mark at the beginning for the mark of a file.
    summary = shown["title"]["vi"].translate(NOT_IN_CALENDARS).removeprefix("\ufeff")
    assert entry["SUMMARY"] == summary, text


def test_hostile_text_is_kept_exactly_in_every_field(events: Events) -> None:
    """And told, found and exported without harm."""
    event = events.published_event()

    for text in HOSTILE:
        assert_kept_or_refused(events, event, text)
        assert events.told_of(event)[-1].data["summary"]["vi"] == text
        assert events.get(f"/events?q={quote(text)}").status_code == 200, text


def test_what_is_kept_is_found_by_itself(events: Events) -> None:
    """The title, typed into the search as it stands."""
    for text in HOSTILE:
        event = events.published_event(title={"vi": text})
        answer = events.get(f"/events?q={quote(event['title']['vi'][:200])}")
        assert event["id"] in [item["id"] for item in answer.json["items"]], text


def test_a_line_break_is_refused_in_a_line_and_kept_in_paragraphs(events: Events) -> None:
    """Of every sort; each field is named."""
    event = events.published_event()

    for text in BROKEN_LINES:
        answer = events.edit(event, **nested(dict.fromkeys(LINES, text)))
        assert (answer.status_code, set(wrong_fields(answer))) == (422, set(LINES)), text
        kept = events.edited(event, **nested(dict.fromkeys(PARAGRAPHS, text)))
        assert [said(kept, path) for path in PARAGRAPHS] == [text] * len(PARAGRAPHS)
        assert entry_of(events.ics(event))["UID"] == event["uid"]


def test_what_no_database_keeps_is_refused_in_every_field(events: Events) -> None:
    """NUL and lone surrogates, in values and in names of fields: 422 that says where, and nothing changes."""
    draft = events.draft()

    for text in UNKEPT:
        for path in (*LINES, *PARAGRAPHS):
            body = events.body() | nested({path: text})
            answer = events.send("/events", json.dumps(body).encode())
            assert (answer.status_code, list(wrong_fields(answer))) == (422, [path]), path
        named = events.send("/events", json.dumps(events.body() | {text: 1}).encode())
        assert named.status_code == 422
    assert events.count("events") == 1
    assert events.show(draft) == draft


def test_ids_and_times_that_are_none_are_refused(events: Events) -> None:
    """Whatever stands in their place; in addresses there is no such event."""
    for text in HOSTILE:
        body = events.body(partners=[text], starts_at=text, timezone=text[:60], kind=text[:60])
        assert events.post("/events", body, by=events.organiser).status_code == 422, text
        assert events.get(f"/events/{quote(text, safe='')}").status_code == 404, text
        for name in ("organisation_id", "from", "status", "cursor"):
            assert events.get(f"/events?{name}={quote(text)}").status_code == 422, text
        assert events.get(f"/calendar.ics?kind={quote(text)}").status_code == 200, text


def test_hostile_text_of_the_collection_does_no_harm_either(events: Events) -> None:
    """Every string of the naughty list, in every field, in a search and in a calendar."""
    folder = os.environ.get("CONFORMANCE_DATA")
    if not folder:
        pytest.skip("CONFORMANCE_DATA is not set: without the collection of hostile strings")
    strings = json.loads((Path(folder) / "strings/naughty-strings.json").read_text("utf-8"))
    event = events.published_event()

    for text in strings:
        assert_kept_or_refused(events, event, text)
        assert events.get(f"/events?q={quote(text[:200])}").status_code in (200, 422), text
