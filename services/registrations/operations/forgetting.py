"""What time does with what was only needed to reach somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.registrations.models import Offer, What
from services.registrations.models.nomination import CONTACT_DAYS
from services.registrations.operations.seats import note
from services.registrations.repository import UnitOfWork

KEPT_AFTER_EVENT = timedelta(days=CONTACT_DAYS)


def remove_contacts(uow: UnitOfWork, offer: Offer, *, now: datetime, most: int) -> int:
    """Forget phone and mail of at most so many nominees of an event that is long over; how many is noted and said.

    Partners gave them so that their nominees could be asked. The names stay on the list, and what a nominee said by
    themselves stays with the registration. The offer is locked by the caller, so that nobody is replaced meanwhile.
    """
    if offer.postponed or now < offer.ends_at + KEPT_AFTER_EVENT:
        return 0
    nominees = uow.nominations.with_contact(offer.event_id, limit=most)
    for nominee in nominees:
        nominee.forget_contact()
    if nominees:
        note(uow, What.CONTACTS_REMOVED, offer, now=now, details={"nominees": len(nominees)})
    return len(nominees)
