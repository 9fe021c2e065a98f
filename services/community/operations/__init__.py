"""The use cases of community, a file a concept."""

from services.community.operations.consenting import decide, put_purpose
from services.community.operations.organising import (
    add_area,
    add_organisation,
    change_organisation,
    end_membership,
    give_role,
    succeed_area,
    succeed_organisation,
)
from services.community.operations.people import change_person, create_admin
from services.community.operations.signing_in import (
    complete_sign_in,
    end_session,
    request_sign_in,
    resume_session,
)

__all__ = [
    "add_area",
    "add_organisation",
    "change_organisation",
    "change_person",
    "complete_sign_in",
    "create_admin",
    "decide",
    "end_membership",
    "end_session",
    "give_role",
    "put_purpose",
    "request_sign_in",
    "resume_session",
    "succeed_area",
    "succeed_organisation",
]
