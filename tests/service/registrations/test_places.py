"""Who gets a place, and what happens when one is given up."""

from __future__ import annotations

from uuid import UUID

from tests.service.registrations.conftest import Registrations
from tests.support.harness import Person, problem


def test_registering_gives_a_place_and_tells_of_it(registrations: Registrations) -> None:
    """The answer, the message and the seats agree."""
    event = registrations.open_event(capacity=2)
    ada = Person()

    (registration,) = registrations.register(event, ada)

    assert registration["status"] == "confirmed"
    assert registration["position"] is None
    (told,) = registrations.published("registration.confirmed")
    assert told.subject == registration["id"]
    assert told.data["person_id"] == str(ada.id)
    assert registrations.get(f"/offers/{event}").json["seats_left"] == 1


def test_who_comes_when_it_is_full_waits_in_line(registrations: Registrations) -> None:
    """Positions count from one."""
    event = registrations.open_event(capacity=1)

    _, second, third = registrations.register(event, Person(), Person(), Person())

    assert (second["status"], second["position"]) == ("waitlisted", 1)
    assert (third["status"], third["position"]) == ("waitlisted", 2)


def test_cancelling_a_confirmed_place_promotes_the_first_in_line(
    registrations: Registrations,
) -> None:
    """The second in line moves up."""
    event = registrations.open_event(capacity=1)
    ada, grace, hedy = registrations.register(event, Person(), Person(), Person())

    registrations.cancel(ada)

    assert registrations.status(grace) == "confirmed"
    assert (
        registrations.get(f"/registrations/{hedy['id']}", by=registrations.organiser).json[
            "position"
        ]
        == 1
    )
    promotion = registrations.published("registration.confirmed")[-1]
    assert promotion.data["promoted"] is True
    assert promotion.sequence == 2


def test_cancelling_twice_changes_nothing_the_second_time(registrations: Registrations) -> None:
    """The answer is the same and nobody is told again."""
    event = registrations.open_event(capacity=1)
    (ada,) = registrations.register(event, Person())
    first = registrations.cancel(ada)

    assert registrations.cancel(ada) == first
    assert len(registrations.published("registration.cancelled")) == 1


def test_one_who_cancelled_may_register_again(registrations: Registrations) -> None:
    """At the end of the line."""
    event = registrations.open_event(capacity=1)
    person = Person()
    (ada,) = registrations.register(event, person)
    registrations.register(event, Person())
    registrations.cancel(ada)

    (again,) = registrations.register(event, person)

    assert again["status"] == "waitlisted"


def test_registering_twice_is_refused_with_the_registration_that_exists(
    registrations: Registrations,
) -> None:
    """Without a key, a repeat is a conflict that names what one has."""
    event = registrations.open_event()
    ada = Person()
    (first,) = registrations.register(event, ada)

    answer = registrations.post(f"/offers/{event}/registrations", {"name": "Ada"}, by=ada)

    assert problem(answer) == "already-registered"
    assert answer.status_code == 409
    assert answer.get_json(force=True)["registration_id"] == first["id"]


def test_a_repeat_with_its_key_gets_the_same_answer_and_has_no_effect(
    registrations: Registrations,
) -> None:
    """One effect a key; another body is refused; another caller's same key is their own."""
    event = registrations.open_event()
    ada, path = Person(), f"/offers/{event}/registrations"
    first = registrations.post(path, {"name": "Ada"}, by=ada, key="k1")
    again = registrations.post(path, {"name": "Ada"}, by=ada, key="k1")
    other_body = registrations.post(path, {"name": "Grace"}, by=ada, key="k1")
    other_caller = registrations.post(path, {"name": "Ada"}, by=Person(), key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert problem(other_body) == "key-reused"
    assert other_caller.status_code == 201
    assert registrations.count("registrations") == 2


def test_each_reason_for_no_place_has_its_name(registrations: Registrations) -> None:
    """Full without a waitlist, too early, too late, unknown: a problem each, and nothing is stored."""
    now = registrations.clock.now()
    full = registrations.open_event(capacity=0, waitlist=False)
    early = registrations.open_event(registration_opens_at=now.replace(day=6).isoformat())
    late = registrations.open_event(registration_closes_at=now.isoformat())

    def answer(event: object) -> str:
        return problem(
            registrations.post(f"/offers/{event}/registrations", {"name": "Ada"}, by=Person())
        )

    assert answer(full) == "event-full"
    assert answer(early) == "registration-not-open"
    assert answer(late) == "registration-closed"
    assert answer("01890000-0000-7000-8000-000000000000") == "not-found"
    assert registrations.count("registrations") == 0


def test_wrong_fields_are_named_all_at_once_in_the_callers_language(
    registrations: Registrations,
) -> None:
    """A bad phone and a missing name are told together."""
    event = registrations.open_event()
    body = {"phone": "12", "colour": "red"}

    vi = registrations.post(f"/offers/{event}/registrations", body, by=Person())
    en = registrations.post(f"/offers/{event}/registrations", body, by=Person(), language="en")

    assert problem(vi) == "invalid"
    assert {e["field"]: e["message"] for e in vi.get_json(force=True)["errors"]} == {
        "name": "Xin điền mục này.",
        "phone": "Số điện thoại không đúng, ví dụ: 0912 345 678.",
        "colour": "Không có mục này.",
    }
    assert {e["message"] for e in en.get_json(force=True)["errors"]} == {
        "Please fill this in.",
        "That is not a phone number; for example: 0912 345 678.",
        "There is no such field.",
    }


def test_a_cancelled_event_ends_every_registration_and_tells_each_person_once(
    registrations: Registrations,
) -> None:
    """Delivered twice, it has one effect; nobody can register after it."""
    state = registrations.event(capacity=1)
    registrations.deliver("event.published", state["id"], 1, state)
    registrations.register(state["id"], Person(), Person())

    registrations.deliver("event.cancelled", state["id"], 2, state, id="m-1")
    registrations.deliver("event.cancelled", state["id"], 2, state, id="m-1")
    registrations.deliver("event.cancelled", state["id"], 2, state, id="m-2")

    told = registrations.published("registration.cancelled")
    assert [message.data["why"] for message in told] == ["event-cancelled", "event-cancelled"]
    answer = registrations.post(
        f"/offers/{state['id']}/registrations", {"name": "Ada"}, by=Person()
    )
    assert problem(answer) == "event-cancelled"


def test_a_late_message_about_an_event_does_not_undo_a_newer_one(
    registrations: Registrations,
) -> None:
    """Out of order: cancelled, then the publication that came before it."""
    state = registrations.event()
    registrations.deliver("event.cancelled", state["id"], 2, state)
    registrations.deliver("event.published", state["id"], 1, state)

    assert registrations.get(f"/offers/{state['id']}").json["status"] == "cancelled"


def test_new_seats_go_to_those_who_wait(registrations: Registrations) -> None:
    """The organiser raises the capacity; below what is confirmed it is refused."""
    event = registrations.open_event(capacity=1)
    _, grace = registrations.register(event, Person(), Person())

    raised = registrations.call(
        "PATCH", f"/offers/{event}", {"capacity": 2}, by=registrations.organiser
    )
    cut = registrations.call(
        "PATCH", f"/offers/{event}", {"capacity": 1}, by=registrations.organiser
    )

    assert raised.json["seats_left"] == 0
    assert registrations.status(grace) == "confirmed"
    assert problem(cut) == "capacity-below-confirmed"


def test_a_capacity_that_somebody_else_changed_is_not_overwritten(
    registrations: Registrations,
) -> None:
    """Who says which number they saw is told when it is another one by now."""
    event = registrations.open_event(capacity=10)
    path, by = f"/offers/{event}", registrations.organiser
    assert registrations.call("PATCH", path, {"capacity": 20, "was": 10}, by=by).status_code == 200

    stale = registrations.call("PATCH", path, {"capacity": 15, "was": 10}, by=by)

    assert (stale.status_code, problem(stale)) == (412, "edited-meanwhile")
    assert registrations.get(path).json["capacity"] == 20


def test_a_cancelled_event_has_no_seats_to_change(registrations: Registrations) -> None:
    """It is refused, and says why."""
    event = registrations.open_event()
    registrations.deliver("event.cancelled", event, 2, registrations.event(id=event))
    path, by = f"/offers/{event}", registrations.organiser

    refused = registrations.call("PATCH", path, {"capacity": 20}, by=by)

    assert (refused.status_code, problem(refused)) == (409, "event-cancelled")


def test_times_in_a_refusal_are_those_of_the_wall_clock(registrations: Registrations) -> None:
    """In the event's zone, as the language says them; the member stays a moment."""
    event = registrations.open_event(registration_closes_at="2026-03-01T17:30:00Z")
    said = [
        registrations.post(
            f"/offers/{event}/registrations", {"name": "Ada"}, by=Person(), language=language
        ).get_json(force=True)
        for language in ("vi", "en")
    ]
    assert "00:30, 02/03/2026" in said[0]["detail"]
    assert "00:30, 02 March 2026" in said[1]["detail"]
    assert said[0]["closes_at"] == "2026-03-01T17:30:00Z"


def test_an_offer_in_another_language_is_another_answer(registrations: Registrations) -> None:
    """Its words differ, so its tag does, and caches keep the two apart."""
    event = registrations.open_event()
    vi, en = (registrations.get(f"/offers/{event}", language=language) for language in ("vi", "en"))

    assert vi.headers["ETag"] != en.headers["ETag"]
    assert "Accept-Language" in vi.headers["Vary"]


def test_a_postponed_event_keeps_its_places_and_gives_none(registrations: Registrations) -> None:
    """Nobody is admitted at the old time; with a new one, all is as before."""
    state = registrations.event()
    event_id = UUID(state["id"])
    registrations.deliver("event.published", state["id"], 1, state)
    (first,) = registrations.register(event_id, Person())
    postponed = state | {"status": "postponed"}
    registrations.deliver("event.postponed", state["id"], 2, postponed)

    refused = registrations.post(
        f"/offers/{event_id}/registrations", {"name": "Trần Văn Bê"}, by=Person()
    )

    assert problem(refused) == "event-postponed"
    assert registrations.status(first) == "confirmed"
    assert registrations.get(f"/offers/{event_id}").json["status"] == "postponed"
    registrations.deliver("event.changed", state["id"], 3, state | {"status": "published"})
    registrations.register(event_id, Person())


def test_what_only_reads_writes_nothing(registrations: Registrations) -> None:
    """Whatever was done to the objects that it read."""
    event = registrations.open_event(capacity=2)

    with registrations.deps.unit_of_work(read_only=True) as uow:
        uow.offers.get(event).capacity = 50

    assert registrations.get(f"/offers/{event}").json["capacity"] == 2
