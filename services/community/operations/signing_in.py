"""Signing in with a mail: asked for, proven once in the browser that asked, kept as a session."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from services.community import messages
from services.community.errors import SessionEnded, SignInFailed, TooManySignIns
from services.community.models import Person, Session, SignIn
from services.community.models.organisations import day_of
from services.community.models.people import normal_address
from services.community.models.sign_ins import (
    BUDGET,
    BUDGET_WINDOW,
    LIFETIME,
    SESSION_LIFETIME,
    SignInSecrets,
    digest,
)
from services.community.operations.people import known_or_new
from services.community.repository import UnitOfWork
from shared.ids import new_id


def request_sign_in(
    uow: UnitOfWork, *, email: str, language: str, browser: str, now: datetime
) -> SignIn:
    """Somebody wants to sign in. Whether the address is known makes no difference, to anybody."""
    key = normal_address(email)
    uow.sign_ins.lock_address(key)
    if uow.sign_ins.count_since(key, now - BUDGET_WINDOW) >= BUDGET:
        raise TooManySignIns
    sign_in = SignIn(
        id=new_id(),
        email=email.strip(),
        email_key=key,
        language=language,
        browser=browser,
        created_at=now,
        expires_at=now + LIFETIME,
        wrong_codes=0,
    )
    uow.sign_ins.add(sign_in)
    uow.publish(messages.sign_in_requested(sign_in))
    return sign_in


def complete_sign_in(
    uow: UnitOfWork,
    known: SignInSecrets,
    *,
    sign_in_id: UUID,
    browser_nonce: str,
    code: str | None,
    token: str | None,
    now: datetime,
) -> tuple[Person, str] | None:
    """The person and the secret of a new session; None for a wrong proof, which is counted.

    SignInFailed where there is nothing to prove. A wrong proof is no exception, because its count must be kept.
    """
    sign_in = uow.sign_ins.lock(sign_in_id)
    if sign_in is None or not sign_in.is_open(now):
        raise SignInFailed
    if not sign_in.proves(known, nonce=browser_nonce, code=code, token=token):
        sign_in.wrong_codes += 1
        return None
    sign_in.use(now)
    person = known_or_new(uow, email=sign_in.email, language=sign_in.language, now=now)
    secret = secrets.token_urlsafe(32)
    uow.sign_ins.add_session(
        Session(
            id=new_id(),
            secret_digest=digest(secret),
            person_id=person.id,
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
        )
    )
    return person, secret


def resume_session(uow: UnitOfWork, *, secret: str, now: datetime) -> Person:
    """The person of a session, or SessionEnded."""
    session = uow.sign_ins.session(digest(secret))
    if session is None or not session.is_valid(now):
        raise SessionEnded
    return uow.people.get(session.person_id)


def end_session(uow: UnitOfWork, *, secret: str, now: datetime) -> None:
    """Sign out; an unknown or ended session is as good as ended."""
    session = uow.sign_ins.session(digest(secret))
    if session is not None and session.ended_at is None:
        session.ended_at = now


def claims(uow: UnitOfWork, person: Person, now: datetime) -> dict[str, Any]:
    """What an access token says of a person: roles and doors as they hold today."""
    memberships = uow.memberships.of_person(person.id, day_of(now))
    return {
        "kind": "person",
        "sub": str(person.id),
        "roles": [
            [str(m.organisation_id), m.role.value] for m in memberships if m.event_id is None
        ],
        "doors": [
            [str(m.organisation_id), str(m.event_id)] for m in memberships if m.event_id is not None
        ],
        "admin": person.admin,
        "language": person.language,
    }
