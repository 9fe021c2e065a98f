"""The log of seats in words."""

from __future__ import annotations

from typing import Any

import pytest

from services.registrations.models import What
from services.web.seat_words import story
from tests.service.web.conftest import portal
from tests.service.web.fakes import World


@pytest.mark.parametrize("what", list(What))
def test_whatever_the_service_notes_has_its_sentence(what: What, world: World) -> None:
    """Nobody reads a key."""
    details = {"registrations": 2, "nominees": 3, "seats": 4, "format": "xlsx", "from": 1, "to": 2}
    entry: dict[str, Any] = {
        "what": what.value,
        "status": "confirmed",
        "quota_id": None,
        "reason": "Lý do",
        "details": details,
    }
    with portal(world).test_request_context():
        (line,) = story([entry], [], None)
    assert what.value not in line["said"]
    assert "None" not in line["said"]
