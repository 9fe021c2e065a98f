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
from services.events.operations.programmes import (
    begin_programme,
    copy_programme,
    delete_programme,
    edit_programme,
)
from services.events.operations.series import (
    cancel_series,
    change_series,
    preview,
    publish_series,
    publishable,
    repeat,
)
from services.events.operations.warnings import accept_warning, warnings, warnings_of_all

__all__ = [
    "accept_warning",
    "begin_programme",
    "cancel",
    "cancel_series",
    "change_series",
    "complete",
    "copy_programme",
    "delete_programme",
    "draft",
    "edit",
    "edit_programme",
    "postpone",
    "preview",
    "publish",
    "publish_series",
    "publishable",
    "repeat",
    "reschedule",
    "take_in_attendance",
    "take_in_organisation",
    "take_in_registration",
    "take_in_seats",
    "warnings",
    "warnings_of_all",
]
