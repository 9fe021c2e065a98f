"""Notices with their deliveries, and the copies of what they tell."""

from services.notifications.models.base import TABLES, Base
from services.notifications.models.copies import EventCopy, OrganisationCopy, RegistrationCopy
from services.notifications.models.endpoint import TOPICS, Disabled, Endpoint, HookKind
from services.notifications.models.hook_delivery import HookAttempt, HookDelivery
from services.notifications.models.notice import (
    Attempt,
    Channel,
    Notice,
    RecipientKind,
    Status,
    Template,
)
from services.notifications.models.outcome import Outcome, Result
from services.notifications.models.preview import Audience, Step

__all__ = [
    "TABLES",
    "TOPICS",
    "Attempt",
    "Audience",
    "Base",
    "Channel",
    "Disabled",
    "Endpoint",
    "EventCopy",
    "HookAttempt",
    "HookDelivery",
    "HookKind",
    "Notice",
    "OrganisationCopy",
    "Outcome",
    "RecipientKind",
    "RegistrationCopy",
    "Result",
    "Status",
    "Step",
    "Template",
]
