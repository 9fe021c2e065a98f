"""The log says why somebody waits, and names people to those alone who may see who comes."""

from __future__ import annotations

from datetime import timedelta

from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person

UNION = new_id()


def keep_seats(registrations: Registrations, event: object, seats: int) -> str:
    """Seats for the members of a union, for five days; until when."""
    until = registrations.clock.now() + timedelta(days=5)
    quota = {
        "name": {"vi": "Hội LHPN phường"},
        "seats": seats,
        "organisation_id": str(UNION),
        "release_at": until.isoformat(),
    }
    path = f"/offers/{event}/quotas"
    answer = registrations.call("PUT", path, {"quotas": [quota]}, by=registrations.organiser)
    assert answer.status_code == 200, answer.json
    return until.isoformat()


def test_the_log_says_why_somebody_waits(registrations: Registrations) -> None:
    """The place in line, and the seats that were kept for others at that moment."""
    event = registrations.open_event(capacity=2)
    until = keep_seats(registrations, event, 1)
    registrations.register(event, Person(), Person(), Person())

    log = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]

    seated, *waiting = [one for one in log if one["what"] == "registered"]
    assert seated["details"] is None
    assert [one["details"]["position"] for one in waiting] == [1, 2]
    assert waiting[0]["details"]["kept"] == [
        {"name": {"vi": "Hội LHPN phường", "en": None}, "left": 1, "until": until}
    ]


def test_who_lost_a_seat_is_logged_with_the_place_in_line(registrations: Registrations) -> None:
    """First in line, before those who waited."""
    event = registrations.open_event(capacity=1)
    (seated, _) = registrations.register(event, Person(), Person())
    by = registrations.organiser

    cut = {"capacity": 0, "losing": [seated["id"]]}
    assert registrations.call("PATCH", f"/offers/{event}", cut, by=by).status_code == 200

    log = registrations.get(f"/offers/{event}/log?registration_id={seated['id']}", by=by).json
    assert [one["what"] for one in log["items"]] == ["registered", "lost-seat"]
    assert log["items"][-1]["details"]["position"] == 1


def test_names_in_the_log_are_for_organisers(registrations: Registrations) -> None:
    """A leader sees what happened, and not to whom."""
    event = registrations.open_event()
    registrations.register(event, Person(), name="Trần Thị Minh Họa")
    leader = Person().with_role("leader", registrations.organisation)

    named = registrations.get(f"/offers/{event}/log", by=registrations.organiser).json["items"]
    bare = registrations.get(f"/offers/{event}/log", by=leader)

    assert [one["name"] for one in named] == ["Trần Thị Minh Họa"]
    assert "Trần" not in bare.get_data(as_text=True)
