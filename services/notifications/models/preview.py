"""Who would be told, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.notifications.models.notice import Channel, RecipientKind, Template


class Step(StrEnum):
    """What an organiser is about to do to an event."""

    PUBLISH = "publish"
    RESCHEDULE = "reschedule"
    POSTPONE = "postpone"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Audience:
    """So many recipients of one kind who would be told one thing by these channels."""

    template: Template
    recipient_kind: RecipientKind
    status: str | None
    count: int
    channels: tuple[Channel, ...]
