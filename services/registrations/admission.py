"""Admission in groups: while one transaction commits, those who ask for a place wait in line, and the next admits them all.

All who want the same event need its row, so with a commit each they would wait for the disk one after the other. In a
group the offers are locked once, what is known of everybody is read together, the rules decide about each in the order
of arrival, and all is written and committed together, the answers kept under their keys included. Who is let in at the
door has a line of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.registrations import operations
from services.registrations.deps import Deps
from services.registrations.errors import NotKnownYet, TooManyAtOnce
from services.registrations.models import Offer, Registration
from services.registrations.operations import Showing, Wish
from services.registrations.repository import UnitOfWork
from services.registrations.schemas.registrations import CheckInView, RegistrationView
from shared.http.idempotency import Answer, Key, KeyReused, Scope, StillRunning, answers, keep
from shared.http.problems import Problem
from shared.line import Group, Line, LineFull, WaitedTooLong
from shared.logs import get_logger

log = get_logger("admission")
_REGISTERED, _LET_IN = RegistrationView(), CheckInView()
Decide = Callable[
    [UnitOfWork, Mapping[UUID, Offer], Sequence[Any]], Sequence[Registration | Problem]
]


@dataclass(frozen=True, slots=True)
class Request:
    """A wish, and the key under which it may be repeated."""

    wish: Wish | Showing
    key: Key | None


def register(deps: Deps, wish: Wish, key: Key | None) -> Answer:
    """What `operations.register` makes of a wish, committed; its problems are raised.

    TooManyAtOnce where the line is full or too slow: nothing was done. NotKnownYet where its group has not ended in
    time: a repeat with the key tells.
    """
    admission = Admission(deps, operations.register_all, _REGISTERED)
    return _join(deps.line, admission, Request(wish, key))


def check_in(deps: Deps, showing: Showing, key: Key | None) -> Answer:
    """The same for `operations.check_in`."""

    def decide(
        uow: UnitOfWork, offers: Mapping[UUID, Offer], showings: Sequence[Showing]
    ) -> Sequence[Registration | Problem]:
        return operations.check_in_all(uow, deps.tickets, offers, showings)

    return _join(deps.door, Admission(deps, decide, _LET_IN), Request(showing, key))


def _join(line: Line[Request, Answer], admission: Admission, request: Request) -> Answer:
    try:
        return line.join(request, admission.admit)
    except LineFull:
        raise TooManyAtOnce from None
    except WaitedTooLong as late:
        raise (NotKnownYet if late.begun else TooManyAtOnce) from None


@dataclass(frozen=True, slots=True)
class Admission:
    """How a group is admitted: what decides about its wishes, and the shape of the answers."""

    deps: Deps
    decide: Decide
    view: ma.Schema

    def admit(self, group: Group[Request, Answer]) -> Sequence[Answer | Exception]:
        """All in one transaction; one by one where that fails, so that only the culprit does."""
        try:
            return self._in_one_transaction(group)
        except (OperationalError, PoolTimeout):
            # The database is away or busy, which is nobody's own fault: alone, each would wait as long in vain.
            raise
        except Exception as error:
            if len(group) == 1:
                raise
            log.warning(
                "a group is admitted one by one", why=type(error).__name__, requests=len(group)
            )
        return [self._alone(request) for request in group]

    def _alone(self, request: Request) -> Answer | Exception:
        try:
            (outcome,) = self._in_one_transaction([request])
        except Exception as error:  # noqa: BLE001 - raised where this one waits
            return error
        return outcome

    def _in_one_transaction(
        self, requests: Group[Request, Answer] | list[Request]
    ) -> list[Answer | Exception]:
        with self.deps.unit_of_work() as uow:
            # A connection; on SQLite the one writer's place, which all of them wait for.
            uow.session.connection()
            if isinstance(requests, Group):
                requests.take_in(lambda _: True)
            # Before the keys are read: a key belongs to the route of one offer, so whoever came with it has committed.
            offers = uow.offers.lock_all({request.wish.event_id for request in requests})
            if isinstance(requests, Group):
                # Another process may have had the lock for as long as a group takes.
                requests.take_in(lambda request: request.wish.event_id in offers)
            group = list(requests)
            keys = [request.key for request in group if request.key is not None]
            kept = answers(uow, keys) if keys else {}
            first = _first_of_each(group, kept)
            decided = self.decide(uow, offers, [group[place].wish for place in first])
            outcomes = {
                place: self._answer(group[place].key, outcome)
                if isinstance(outcome, Registration)
                else outcome
                for place, outcome in zip(first, decided, strict=True)
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

    def _answer(self, key: Key | None, registration: Registration) -> Answer:
        return Answer(201, self.view.dump(registration), key.request_hash if key else None)


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


def _repeated(key: Key | None, kept: Mapping[Scope, Answer]) -> Answer | Exception:
    """For who asks again; the one who asked first, in the same group, may have been refused."""
    assert key is not None
    try:
        return kept[key.scope].again_for(key) if key.scope in kept else StillRunning()
    except KeyReused as reused:
        return reused
