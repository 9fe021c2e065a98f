"""A message's envelope: CloudEvents 1.0 as others may write it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from shared.messaging.message import Message, Undecodable

EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/elsewhere",
    "type": "number.added",
    "subject": "n1",
    "data": {"number": 1},
}


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01T09:30:00Z",
        "2026-03-01t09:30:00z",
        "2026-03-01T16:30:00+07:00",
        "2026-03-01T09:30:00.000000000Z",
    ],
)
def test_a_time_is_read_in_every_form_of_rfc_3339(written: str):
    """Section 5.6: t and z may be small, fractions have any number of digits."""
    message = Message.decode(json.dumps(EVENT | {"time": written}).encode())

    assert message.time == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"time": "2026-03-01T09:30:00"},
        {"time": "yesterday"},
        {"time": 7},
        {"data": None, "data_base64": "eyJ9"},
        {"data": [1]},
        {"specversion": "0.3"},
        {"Extension": "x"},
        {"source": ""},
        {"subject": ["n1"]},
    ],
    ids=lambda change: str(change)[:40],
)
def test_what_is_no_event_is_refused_with_a_reason(change: dict):
    """Times have a zone, data is an object, attributes are what the specification says."""
    with pytest.raises(Undecodable):
        Message.decode(json.dumps(EVENT | change).encode())


def test_bytes_that_are_not_utf_8_are_refused():
    """JSON between systems is UTF-8 (RFC 8259, section 8.1)."""
    with pytest.raises(Undecodable):
        Message.decode(json.dumps(EVENT).encode("utf-16"))
