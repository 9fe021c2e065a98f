"""Whether one may come, in words people use: each state has a word, a tone and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.web import dates
from services.web.clients import Json
from services.web.texts import gettext as _
from services.web.texts import ngettext

Tone = Literal["ok", "wait", "gone", "quiet"]


@dataclass(frozen=True, slots=True)
class Place:
    """What a row or a page says about the places of an event."""

    word: str
    tone: Tone
    may_register: bool
    taken: int | None = None
    capacity: int | None = None
    waiting: int = 0

    @property
    def share(self) -> int:
        """How full it is, in hundredths."""
        if not self.capacity or self.taken is None:
            return 0
        return min(100, round(100 * self.taken / self.capacity))


def place_of(event: Json, offer: Json | None, *, now: datetime) -> Place:
    """The state of an event's places: from its offer, else from the event's own copy of the count."""
    zone = event.get("timezone")
    if event["status"] == "draft":
        return Place(_("Chưa công bố"), "quiet", may_register=False)
    if event["status"] == "cancelled":
        return Place(_("Đã hủy"), "gone", may_register=False)
    if event["status"] == "postponed":
        return Place(_("Tạm hoãn"), "wait", may_register=False)
    if event["status"] == "completed" or dates.local(event["ends_at"]) <= now:
        return Place(_("Đã diễn ra"), "quiet", may_register=False)
    seats = event.get("seats") or {}
    capacity = (offer or seats).get("capacity") or event.get("capacity")
    left = offer["seats_left"] if offer else seats.get("left")
    waiting = (offer or seats).get("waitlist_length") or 0
    state = (offer or {}).get("status") or seats.get("state") or "open"
    kept = sum(int(quota["left"]) for quota in (offer or {}).get("quotas", ()))
    taken = capacity - left - kept if capacity is not None and left is not None else None
    opens, closes = event.get("registration_opens_at"), event.get("registration_closes_at")
    if state == "not-yet-open" or (opens and dates.local(opens) > now):
        when = dates.short_day(opens, zone) if opens else ""
        return Place(_("Mở đăng ký từ %(day)s") % {"day": when}, "quiet", False, None, capacity)
    if state == "closed" or (closes and dates.local(closes) <= now):
        return Place(_("Đã hết hạn đăng ký"), "quiet", False, taken, capacity, waiting)
    if left is None:
        return Place(_("Đang nhận đăng ký"), "ok", True, None, capacity)
    if left > 0 and state != "full":
        word = ngettext("Còn %(number)d chỗ", "Còn %(number)d chỗ", left) % {"number": left}
        return Place(word, "ok", True, taken, capacity, waiting)
    waits = event.get("waitlist") or (offer or {}).get("waitlist")
    if kept:
        # Whoever they are kept for may have one; the services decide.
        word = _("Hết chỗ tự do, còn chỗ giữ riêng")
        return Place(word, "wait" if waits else "ok", True, taken, capacity, waiting)
    if waits:
        return Place(_("Hết chỗ, còn danh sách chờ"), "wait", True, taken, capacity, waiting)
    return Place(_("Hết chỗ"), "gone", False, taken, capacity)
