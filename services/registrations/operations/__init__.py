"""What can be done with places, each as an organiser would say it. Operations never commit."""

from services.registrations.operations.admitting import (
    Showing,
    Wish,
    check_in_all,
    register_all,
)
from services.registrations.operations.after import (
    answer_survey,
    ask_in_survey,
    attendance_for,
    attendance_of,
    survey_of,
)
from services.registrations.operations.answering import edit_answers, see_unanswered
from services.registrations.operations.counting import count_answers
from services.registrations.operations.door import (
    check_in,
    find_admission,
    undo_check_in,
    walk_in,
)
from services.registrations.operations.door_list import door_figures, door_list, page_of_conflicts
from services.registrations.operations.following import close_offer, take_in_event
from services.registrations.operations.forgetting import KEPT_AFTER_EVENT, remove_contacts
from services.registrations.operations.forms import remove_answers, set_form
from services.registrations.operations.groups import register_group
from services.registrations.operations.nominating import (
    change_nomination,
    close_nomination,
    nominate,
    open_nomination,
    replace,
    sort_out,
)
from services.registrations.operations.nominees import confirm_nominee, decline_nomination
from services.registrations.operations.registering import (
    accept,
    approve,
    cancel,
    decline,
    register,
    reissue,
)
from services.registrations.operations.scanning import record_scans
from services.registrations.operations.seats import (
    change_rules,
    promote_from_waitlist,
    resize,
    set_quotas,
    settle,
)

__all__ = [
    "KEPT_AFTER_EVENT",
    "Showing",
    "Wish",
    "accept",
    "answer_survey",
    "approve",
    "ask_in_survey",
    "attendance_for",
    "attendance_of",
    "cancel",
    "change_nomination",
    "change_rules",
    "check_in",
    "check_in_all",
    "close_nomination",
    "close_offer",
    "confirm_nominee",
    "count_answers",
    "decline",
    "decline_nomination",
    "door_figures",
    "door_list",
    "edit_answers",
    "find_admission",
    "nominate",
    "open_nomination",
    "page_of_conflicts",
    "promote_from_waitlist",
    "record_scans",
    "register",
    "register_all",
    "register_group",
    "reissue",
    "remove_answers",
    "remove_contacts",
    "replace",
    "resize",
    "see_unanswered",
    "set_form",
    "set_quotas",
    "settle",
    "sort_out",
    "survey_of",
    "take_in_event",
    "undo_check_in",
    "walk_in",
]
