"""The pages of a colleague's registration, for the one who registered them: each says whose it is, and none leads astray."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.service.web.fakes import NOW, iso


@pytest.fixture
def colleague(signed_in, world):
    """Who is signed in, and a registration of their colleague's with what is different about it."""

    def made(**more):
        lan = signed_in("lan@example.vn")
        by = world.people["lan@example.vn"]["id"]
        one = world.register(world.add(), {"id": None}, "Trần Văn Mơ", registered_by=by, **more)
        return lan, one

    return made


@pytest.mark.parametrize(
    "more",
    [
        {"status": "waitlisted", "position": 3},
        {"status": "pending"},
        {"status": "held", "held_until": "2026-03-11T10:00:00Z"},
        {"status": "declined", "why": "Đủ người"},
        {"status": "cancelled"},
        {"status": "confirmed"},
    ],
    ids=lambda more: more["status"],
)
def test_each_state_says_whose_it_is(colleague, more):
    """Three colleagues in line look alike but for their names."""
    lan, one = colleague(**more)

    assert "Trần Văn Mơ" in lan.get(f"/toi/ve/{one['id']}").text


@pytest.mark.parametrize("page", ["huy", "ve-moi"])
def test_what_is_done_to_a_colleagues_place_names_them_first(colleague, page):
    lan, one = colleague(status="confirmed")

    assert "Đồng nghiệp: Trần Văn Mơ" in lan.get(f"/toi/ve/{one['id']}/{page}").text


def test_a_colleague_who_came_is_not_asked_in_ones_stead(colleague):
    """The survey is answered by who was there; who registered them would find no page."""
    lan, one = colleague(status="confirmed", checked_in_at=iso(NOW))
    one["event"]["ends_at"] = iso(NOW - timedelta(hours=1))

    assert "khao-sat" not in lan.get(f"/toi/ve/{one['id']}").text
