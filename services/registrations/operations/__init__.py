"""What can be done with places, each as an organiser would say it. Operations never commit."""

from services.registrations.operations.after import (
    answer_survey,
    ask_in_survey,
    attendance_for,
    attendance_of,
    survey_of,
)
from services.registrations.operations.door import (
    check_in,
    find_admission,
    undo_check_in,
    walk_in,
)
from services.registrations.operations.following import close_offer, take_in_event
from services.registrations.operations.registering import (
    accept,
    approve,
    cancel,
    decline,
    register,
    reissue,
)
from services.registrations.operations.seats import (
    change_rules,
    promote_from_waitlist,
    resize,
    set_quotas,
    settle,
)

__all__ = [
    "accept",
    "answer_survey",
    "approve",
    "ask_in_survey",
    "attendance_for",
    "attendance_of",
    "cancel",
    "change_rules",
    "check_in",
    "close_offer",
    "decline",
    "find_admission",
    "promote_from_waitlist",
    "register",
    "reissue",
    "resize",
    "set_quotas",
    "settle",
    "survey_of",
    "take_in_event",
    "undo_check_in",
    "walk_in",
]
