"""Consent: what is asked, with which words, and what people decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.community import messages
from services.community.models import Consent, Purpose
from services.community.repository import UnitOfWork
from shared.http.problems import Invalid
from shared.ids import new_id
from shared.text import Text

_UNPRINTABLE = Text("Có ký tự không lưu được.", "It has characters that cannot be kept.")


def put_purpose(uow: UnitOfWork, key: str, values: dict[str, Any], *, now: datetime) -> Purpose:
    """State a purpose; another version is kept beside the earlier ones, the same one is not changed."""
    if not key.isprintable():
        raise Invalid({"key": _UNPRINTABLE})
    if existing := uow.consents.version(key, values["version"]):
        return existing
    purpose = Purpose(key=key, created_at=now, **values)
    uow.consents.add(purpose)
    return purpose


def decide(
    uow: UnitOfWork,
    *,
    person_id: UUID,
    purpose: str,
    given: bool,
    version: int,
    language: str,
    now: datetime,
) -> Consent:
    """Agree to a purpose, or withdraw; kept with the text that was shown."""
    uow.people.lock(person_id)
    stated = uow.consents.purpose(purpose)
    stated.require_consent(version)
    text = stated.text.get(language) or stated.text["vi"]
    consent = Consent(
        id=new_id(),
        person_id=person_id,
        purpose=purpose,
        version=version,
        given=given,
        text_shown=text,
        language=language,
        decided_at=now,
    )
    uow.consents.add(consent)
    uow.publish(messages.consent_changed(consent, sequence=uow.consents.count(person_id)))
    return consent
