"""What partners do with their endpoints, and what becomes of a webhook. Nothing is sent here, and nothing committed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.notifications.hooks import payloads
from services.notifications.hooks.address import BadUrl, Reach
from services.notifications.hooks.errors import EndpointDisabled, EndpointExists, TooManyEndpoints
from services.notifications.hooks.sender import Answer
from services.notifications.hooks.signing import new_secret
from services.notifications.models import (
    Disabled,
    Endpoint,
    HookAttempt,
    HookDelivery,
    HookKind,
    Outcome,
    Result,
    Status,
)
from services.notifications.models.endpoint import MOST_ENDPOINTS
from services.notifications.operations import tell_of_disabled_endpoint
from services.notifications.repository import UnitOfWork
from shared.http.problems import Invalid
from shared.ids import new_id


def add_endpoint(
    uow: UnitOfWork,
    *,
    organisation_id: UUID,
    url: str,
    topics: Sequence[str],
    reach: Reach,
    now: datetime,
) -> Endpoint:
    """A new address where an organisation's system is told, with a secret of its own."""
    kept = _checked(url, reach)
    there = uow.hooks.of_organisations([organisation_id])
    _require_new(there, kept)
    if len(there) >= MOST_ENDPOINTS:
        raise TooManyEndpoints(most=MOST_ENDPOINTS)
    endpoint = Endpoint(
        id=new_id(),
        organisation_id=organisation_id,
        url=kept,
        topics=list(topics),
        version=1,
        created_at=now,
        secret=new_secret(),
        troubled=False,
        served_at=now,
    )
    uow.hooks.keep(endpoint)
    return endpoint


def change_endpoint(
    uow: UnitOfWork,
    endpoint: Endpoint,
    *,
    url: str | None,
    topics: Sequence[str] | None,
    reach: Reach,
) -> Endpoint:
    """Another address, or other topics; what waits goes to the new address."""
    kept = None if url is None else _checked(url, reach)
    if kept is not None and kept != endpoint.url:
        _require_new(uow.hooks.of_organisations([endpoint.organisation_id]), kept)
    endpoint.change(url=kept, topics=topics)
    uow.hooks.keep(endpoint)
    return endpoint


def rotate(endpoint: Endpoint, *, now: datetime) -> Endpoint:
    """Replace the secret; both sign for a day."""
    endpoint.rotate(new_secret(), now)
    return endpoint


def send_test(uow: UnitOfWork, endpoint: Endpoint, *, now: datetime) -> HookDelivery:
    """Send a webhook that means nothing, the way of all others, also to an endpoint that is disabled.

    While one waits for its answer there is no second.
    """
    waiting = uow.hooks.waiting_test(endpoint.id)
    if waiting is not None:
        return waiting
    body = payloads.written(HookKind.TEST, {"endpoint_id": endpoint.id}, at=now)
    test = _delivery(endpoint, HookKind.TEST, body, dedupe_key=f"test:{new_id()}", now=now)
    uow.hooks.tell([test])
    return uow.hooks.delivery(test.id)


def replay(endpoint: Endpoint, delivery: HookDelivery, *, now: datetime) -> HookDelivery:
    """Send a webhook again, under the id that it had."""
    if not endpoint.is_active and not delivery.is_test:
        raise EndpointDisabled
    delivery.replay(now)
    return delivery


def tell_of_event(
    uow: UnitOfWork, kind: str, event: dict[str, Any], *, sequence: int, now: datetime
) -> None:
    """Tell the partners of an event what became of it."""
    data = payloads.of_event(event, sequence=sequence)
    _tell(uow, HookKind(kind), event["partner_ids"], data, subject=event["id"], now=now)


def tell_of_invitation(
    uow: UnitOfWork, invitation: dict[str, Any], *, sequence: int, now: datetime
) -> None:
    """Tell an organisation that it is asked to take part."""
    data = payloads.of_invitation(invitation, sequence=sequence)
    partner, subject = invitation["organisation_id"], invitation["event_id"]
    _tell(uow, HookKind.PARTNER_INVITED, [partner], data, subject=subject, now=now)


def begin(
    uow: UnitOfWork, endpoint: Endpoint, *, now: datetime
) -> tuple[HookDelivery, HookAttempt] | None:
    """The next try at an endpoint; None if there is none to make now."""
    delivery = uow.hooks.next_due(endpoint, now)
    if delivery is None:
        return None
    left = uow.hooks.open_attempts(delivery.id)
    if not left:
        return delivery, uow.hooks.attempt(delivery.start(now))
    # A worker vanished in the middle. It counts as a try, or one that kills its worker would do so for ever.
    for attempt in left:
        attempt.settle(Outcome(Result.AMBIGUOUS, "worker-gone"), now)
    delivery.settle(Outcome(Result.TEMPORARY, "worker-gone"), now=now, jitter=1.0)
    return None


def settle(
    uow: UnitOfWork,
    endpoint: Endpoint,
    delivery: HookDelivery,
    attempt: HookAttempt,
    answer: Answer,
    *,
    now: datetime,
    jitter: float,
) -> None:
    """What came of a try. An endpoint that is gone, or that takes nothing for days, is disabled, and its partner told."""
    attempt.settle(
        answer.outcome,
        now,
        http_status=answer.status,
        milliseconds=answer.milliseconds,
        answer=answer.text,
    )
    if not delivery.waits:
        return  # given up meanwhile: the endpoint was disabled
    delivery.settle(answer.outcome, now=now, jitter=jitter)
    if delivery.is_test:
        return
    took = timedelta(milliseconds=answer.milliseconds)
    endpoint.note(delivered=answer.outcome.result is Result.DELIVERED, took=took, now=now)
    if not endpoint.is_active:
        return
    if answer.outcome.result is Result.PERMANENT:
        _disable(uow, endpoint, Disabled.GONE, now=now)
    elif endpoint.is_hopeless(now, given_up=delivery.status is Status.PERMANENT_FAILURE):
        _disable(uow, endpoint, Disabled.FAILING, now=now)


def _disable(uow: UnitOfWork, endpoint: Endpoint, why: Disabled, *, now: datetime) -> None:
    endpoint.disable(why, now)
    uow.hooks.suppress_waiting(endpoint.id)
    tell_of_disabled_endpoint(
        uow,
        endpoint.organisation_id,
        endpoint_id=endpoint.id,
        version=endpoint.version,
        # Not the whole address: its path may be a secret, and this goes into a mail.
        facts={"host": endpoint.host, "why": why.value},
        now=now,
    )


def _tell(
    uow: UnitOfWork,
    kind: HookKind,
    organisation_ids: Iterable[UUID],
    data: dict[str, Any],
    *,
    subject: UUID,
    now: datetime,
) -> None:
    endpoints = uow.hooks.of_organisations(organisation_ids)
    if not endpoints:
        return
    body = payloads.written(kind, data, at=now)
    key = f"{kind}:{subject}:{data['sequence']}"
    uow.hooks.tell(
        [
            _delivery(endpoint, kind, body, dedupe_key=f"{key}:{endpoint.id}", now=now)
            for endpoint in endpoints
            if endpoint.wants(kind)
        ]
    )


def _delivery(
    endpoint: Endpoint, kind: HookKind, body: str, *, dedupe_key: str, now: datetime
) -> HookDelivery:
    """What a disabled endpoint misses is written down all the same, so that it can be replayed."""
    sends = endpoint.is_active or kind is HookKind.TEST
    return HookDelivery(
        id=new_id(),
        endpoint_id=endpoint.id,
        dedupe_key=dedupe_key,
        kind=kind,
        body=body,
        status=Status.CREATED if sends else Status.SUPPRESSED,
        created_at=now,
        next_attempt_at=now if sends else None,
        failures=0,
    )


def _checked(url: str, reach: Reach) -> str:
    try:
        return str(reach.url(url))
    except BadUrl as bad:
        raise Invalid({"url": bad.text}) from None


def _require_new(there: Iterable[Endpoint], url: str) -> None:
    if any(endpoint.url == url for endpoint in there):
        raise EndpointExists
