"""What can be done, each as an organiser would say it. Operations never commit."""

from services.events.operations.events import (
    cancel,
    complete,
    draft,
    edit,
    postpone,
    publish,
    reschedule,
    take_in_attendance,
    take_in_organisation,
    take_in_registration,
    take_in_seats,
)

__all__ = [
    "cancel",
    "complete",
    "draft",
    "edit",
    "postpone",
    "publish",
    "reschedule",
    "take_in_attendance",
    "take_in_organisation",
    "take_in_registration",
    "take_in_seats",
]
