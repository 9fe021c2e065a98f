"""Admission in groups: while one transaction commits, those who ask for a place wait in line, and the next admits them all.

All who want the same event need its row, so with a commit each they would wait for the disk one after the other. In a
group the offers are locked once, what is known of everybody is read together, the rule decides about each in the order
of arrival, and all is written and committed together, answers under their keys included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.registrations import operations
from services.registrations.deps import Deps
from services.registrations.errors import NotKnownYet, TooManyAtOnce
from services.registrations.models import Registration
from services.registrations.operations import Wish
from services.registrations.schemas.registrations import RegistrationView
from shared.http.idempotency import Answer, Key, KeyReused, Scope, StillRunning, answers, keep
from shared.line import Group, LineFull, WaitedTooLong
from shared.logs import get_logger

log = get_logger("admission")
_VIEW = RegistrationView()


@dataclass(frozen=True, slots=True)
class Request:
    """A wish, and the key under which it may be repeated."""

    wish: Wish
    key: Key | None


def register(deps: Deps, wish: Wish, key: Key | None) -> Answer:
    """What `operations.register` makes of a wish, committed; its problems are raised.

    TooManyAtOnce where the line is full or too slow: nothing was done. NotKnownYet where its group has not ended in
    time: a repeat with the key tells.
    """
    try:
        answer: Answer = deps.line.join(Request(wish, key), partial(_admit, deps))
    except LineFull:
        raise TooManyAtOnce from None
    except WaitedTooLong as late:
        raise (NotKnownYet if late.begun else TooManyAtOnce) from None
    return answer


def _admit(deps: Deps, group: Group[Request, Answer]) -> Sequence[Answer | Exception]:
    try:
        return _in_one_transaction(deps, group)
    except (OperationalError, PoolTimeout):
        # The database is away or busy, which is nobody's own fault: alone, each would wait as long in vain.
        raise
    except Exception as error:
        if len(group) == 1:
            raise
        log.warning("a group is admitted one by one", why=type(error).__name__, requests=len(group))
    return [_alone(deps, request) for request in group]


def _alone(deps: Deps, request: Request) -> Answer | Exception:
    try:
        (outcome,) = _in_one_transaction(deps, [request])
    except Exception as error:  # noqa: BLE001 - raised where this one waits
        return error
    return outcome


def _in_one_transaction(
    deps: Deps, requests: Group[Request, Answer] | list[Request]
) -> list[Answer | Exception]:
    with deps.unit_of_work() as uow:
        # Before the keys are read: a key belongs to the route of one offer, so whoever came before with it has committed.
        offers = uow.offers.lock_all({request.wish.event_id for request in requests})
        if isinstance(requests, Group):
            # Another process had the lock for as long as a group takes.
            requests.take_in(lambda request: request.wish.event_id in offers)
        group = list(requests)
        keys = [request.key for request in group if request.key is not None]
        kept = answers(uow, keys) if keys else {}
        first = _first_of_each(group, kept)
        wishes = [group[place].wish for place in first]
        decided = dict(zip(first, operations.register_all(uow, offers, wishes), strict=True))
        outcomes = {
            place: _answer(group[place].key, outcome)
            if isinstance(outcome, Registration)
            else outcome
            for place, outcome in decided.items()
        }
        new = {
            key: outcome
            for place, outcome in outcomes.items()
            if isinstance(outcome, Answer) and (key := group[place].key) is not None
        }
        if new:
            keep(uow, new)
    kept |= {key.scope: answer for key, answer in new.items()}
    return [
        outcomes[place] if place in outcomes else _repeated(request.key, kept)
        for place, request in enumerate(group)
    ]


def _first_of_each(group: Sequence[Request], kept: Mapping[Scope, Answer]) -> list[int]:
    """Where in the group those stand that nobody asked before: with a new key, or without one."""
    seen = set(kept)
    first = []
    for place, request in enumerate(group):
        if request.key is not None:
            if request.key.scope in seen:
                continue
            seen.add(request.key.scope)
        first.append(place)
    return first


def _answer(key: Key | None, registration: Registration) -> Answer:
    return Answer(201, _VIEW.dump(registration), key.request_hash if key else None)


def _repeated(key: Key | None, kept: Mapping[Scope, Answer]) -> Answer | Exception:
    """For who asks again; the one who asked first, in the same group, may have been refused."""
    assert key is not None
    try:
        return kept[key.scope].again_for(key) if key.scope in kept else StillRunning()
    except KeyReused as reused:
        return reused
