"""After the event: who had a place and who came, as far as it may be told."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.ids import new_id
from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person, problem

UNION = new_id()


def gather(registrations: Registrations, *, members: int, others: int) -> UUID:
    """An event with eight seats kept for the union: so many came of its members, and so many others had a place."""
    event = registrations.open_event(capacity=100)
    by = registrations.organiser
    quota = {"name": {"vi": "Hội LHPN phường"}, "seats": 8, "organisation_id": str(UNION)}
    registrations.call("PUT", f"/offers/{event}/quotas", {"quotas": [quota]}, by=by)
    own = [Person().with_role("member", UNION) for _ in range(members)]
    here = registrations.register(event, *own)
    registrations.register(event, *[Person() for _ in range(others)])
    door = Person().at_door(event, registrations.organisation)
    for one in here:
        body = {"registration_id": one["id"]}
        assert registrations.post(f"/offers/{event}/check-ins", body, by=door).status_code == 201
    return event


def test_attendance_is_told_by_quota_and_organisation_once_it_is_over(
    registrations: Registrations,
) -> None:
    event = gather(registrations, members=6, others=7)
    path, by = f"/offers/{event}/attendance", registrations.organiser
    assert problem(registrations.get(path, by=by)) == "event-not-over"

    registrations.clock.advance(days=22)
    found = registrations.get(path, by=by).json

    assert (found["places"], found["attended"], found["no_shows"]) == (13, 6, 7)
    kept, free = found["by_quota"]
    assert (kept["name"]["vi"], kept["places"], kept["no_shows"]) == ("Hội LHPN phường", 6, 0)
    assert (free["quota_id"], free["places"], free["no_shows"]) == (None, 7, 7)
    organisations = {one["organisation_id"]: one["places"] for one in found["by_organisation"]}
    assert organisations == {str(UNION): 6, None: 7}


def test_small_groups_are_hidden_also_from_subtraction(registrations: Registrations) -> None:
    """Three of one union: the least of the others is not told either, since the whole is."""
    event, youth = gather(registrations, members=3, others=9), new_id()
    by, path = registrations.organiser, f"/offers/{event}/quotas"
    kept = registrations.get(f"/offers/{event}").json["quotas"][0]
    wanted = [{name: kept[name] for name in ("id", "name", "seats", "organisation_id")}]
    wanted += [{"name": {"vi": "Đoàn"}, "seats": 6, "organisation_id": str(youth)}]
    assert registrations.call("PUT", path, {"quotas": wanted}, by=by).status_code == 200
    registrations.register(event, *[Person().with_role("member", youth) for _ in range(6)])
    registrations.clock.advance(days=22)
    leader = Person().with_role("leader", registrations.organisation)

    found = registrations.get(f"/offers/{event}/attendance", by=leader).json

    assert found["places"] == 18
    for rows, key in (("by_quota", "quota_id"), ("by_organisation", "organisation_id")):
        told = {one[key]: one["places"] for one in found[rows]}
        assert told.pop(None) == 9
        assert list(told.values()) == [None, None]
        assert all(one["too_small"] == (one["attended"] is None) for one in found[rows])


def test_where_nothing_may_be_told_there_are_no_rows(registrations: Registrations) -> None:
    event = gather(registrations, members=3, others=9)
    registrations.clock.advance(days=22)

    found = registrations.get(f"/offers/{event}/attendance", by=registrations.organiser).json

    assert (found["places"], found["by_quota"], found["by_organisation"]) == (12, None, None)


def test_a_partner_sees_the_figures_of_its_own_members_alone(registrations: Registrations) -> None:
    event = gather(registrations, members=6, others=7)
    registrations.clock.advance(days=22)
    officer = Person().with_role("officer", UNION)

    own = registrations.get(f"/offers/{event}/attendance/{UNION}", by=officer)
    assert own.json == {
        "organisation_id": str(UNION),
        "places": 6,
        "attended": 6,
        "no_shows": 0,
        "too_small": False,
    }
    assert registrations.get(f"/offers/{event}/attendance", by=officer).status_code == 403
    other = registrations.get(f"/offers/{event}/attendance/{new_id()}", by=officer)
    assert other.status_code == 404
    member = Person().with_role("member", UNION)
    assert registrations.get(f"/offers/{event}/attendance/{UNION}", by=member).status_code == 403


@pytest.mark.parametrize(("members", "others"), [(3, 9), (6, 2)])
def test_a_partner_is_told_nothing_where_it_or_the_rest_are_few(
    registrations: Registrations, members: int, others: int
) -> None:
    event = gather(registrations, members=members, others=others)
    registrations.clock.advance(days=22)
    officer = Person().with_role("officer", UNION)

    own = registrations.get(f"/offers/{event}/attendance/{UNION}", by=officer).json

    assert (own["places"], own["attended"], own["too_small"]) == (None, None, True)


def test_each_admission_tells_how_many_came_of_how_many(registrations: Registrations) -> None:
    gather(registrations, members=2, others=3)

    told = [one.data for one in registrations.published("attendance.recorded")]

    assert [(one["checked_in"], one["confirmed"]) for one in told] == [(1, 5), (2, 5)]


def test_a_cancelled_event_has_no_attendance(registrations: Registrations) -> None:
    event = registrations.open_event()
    registrations.deliver("event.cancelled", event, 2, registrations.event(id=event))
    registrations.clock.advance(days=22)

    refused = registrations.get(f"/offers/{event}/attendance", by=registrations.organiser)

    assert problem(refused) == "event-not-over"
