"""The situations in which registrations refuses, each with its HTTP form."""

from __future__ import annotations

from shared.http.problems import Problem
from shared.text import Text


class AlreadyRegistered(Problem):
    """The person has a place, or a number in the waitlist, for this event."""

    status, type = 409, "already-registered"
    title = Text("Bạn đã đăng ký sự kiện này", "You are registered for this event already")
    detail = Text(
        "Xin xem lại đăng ký trong mục “Đăng ký của tôi”.", "You find it under “My registrations”."
    )
    members = ("registration_id",)


class RegistrationNotOpen(Problem):
    status, type = 409, "registration-not-open"
    title = Text("Chưa đến giờ mở đăng ký", "Registration has not opened yet")
    detail = Text(
        "Đăng ký mở lúc {opens_at:%H:%M, %d/%m/%Y}.", "It opens at {opens_at:%H:%M, %d %B %Y}."
    )
    members = ("opens_at",)


class RegistrationClosed(Problem):
    """The registration window has passed."""

    status, type = 409, "registration-closed"
    title = Text("Đã hết hạn đăng ký", "Registration is closed")
    detail = Text(
        "Hạn đăng ký là {closes_at:%H:%M, %d/%m/%Y}. Xin liên hệ ban tổ chức nếu cần.",
        "It closed at {closes_at:%H:%M, %d %B %Y}. Please ask the organisers if you need to.",
    )
    members = ("closes_at",)


class EventCancelled(Problem):
    status, type = 409, "event-cancelled"
    title = Text("Sự kiện đã bị hủy", "The event was cancelled")
    detail = Text("Xin xem các sự kiện khác trong lịch.", "Please see the calendar for others.")


class EventPostponed(Problem):
    """It has no time for now; who has a place keeps it."""

    status, type = 409, "event-postponed"
    title = Text("Sự kiện đang tạm hoãn", "The event is postponed")
    detail = Text(
        "Có thể đăng ký lại khi có thời gian mới. Ai đã có chỗ vẫn giữ chỗ.",
        "You can register once it has a new time. Whoever has a place keeps it.",
    )


class EventFull(Problem):
    """No seat is left and the event has no waitlist."""

    status, type = 409, "event-full"
    title = Text("Sự kiện đã hết chỗ", "The event is full")
    detail = Text(
        "Sự kiện này không có danh sách chờ. Chỗ có thể trống lại nếu có người hủy.",
        "It has no waitlist. A place may become free when somebody cancels.",
    )


class CapacityBelowConfirmed(Problem):
    status, type = 409, "capacity-below-confirmed"
    title = Text("Sức chứa ít hơn số người đã có chỗ", "Fewer seats than people who have one")
    detail = Text(
        "Đã có {confirmed} người có chỗ; sức chứa không thể nhỏ hơn số này.",
        "{confirmed} people have a place; the capacity cannot be less.",
    )
    members = ("confirmed",)


class AttendedAlready(Problem):
    status, type = 409, "attended-already"
    title = Text("Người này đã vào cửa", "This person has been admitted")
    detail = Text(
        "Đăng ký đã điểm danh thì không hủy được.",
        "A registration that was checked in cannot be cancelled.",
    )


class NoTicket(Problem):
    """Only a confirmed place has a ticket."""

    status, type = 409, "no-ticket"
    title = Text("Chưa có vé", "There is no ticket")
    detail = Text(
        "Vé chỉ có khi đăng ký đã được xác nhận chỗ.", "A ticket comes with a confirmed place."
    )


class AlreadyCheckedIn(Problem):
    """The ticket has admitted somebody; it does so once."""

    status, type = 409, "already-checked-in"
    title = Text("Vé đã dùng", "This ticket was used")
    detail = Text(
        "{name} đã vào lúc {checked_in_at:%H:%M}.", "{name} was admitted at {checked_in_at:%H:%M}."
    )
    members = ("registration_id", "name", "checked_in_at")


class TicketInvalid(Problem):
    """Forged, of another event, re-issued, or of a registration without a place; `why` says which."""

    status, type = 422, "ticket-invalid"
    title = Text("Vé không hợp lệ", "This ticket is not valid")
    members = ("why",)

    EXPLAINED = {  # noqa: RUF012
        "forged": Text("Vé này không do hệ thống phát hành.", "It was not issued here."),
        "other-event": Text("Vé này của một sự kiện khác.", "It belongs to another event."),
        "reissued": Text("Vé này đã được thay bằng vé mới.", "It was replaced by a newer one."),
        "unknown": Text("Không có đăng ký nào với mã này.", "No registration has this code."),
        "cancelled": Text("Đăng ký này đã hủy.", "The registration was cancelled."),
        "waitlisted": Text(
            "Người này còn trong danh sách chờ.", "The person is still on the waitlist."
        ),
        "event-cancelled": Text("Sự kiện đã bị hủy.", "The event was cancelled."),
        "event-postponed": Text("Sự kiện đang tạm hoãn.", "The event is postponed."),
    }

    def __init__(self, why: str) -> None:
        super().__init__(why=why)

    def document(self, language: str) -> dict[str, object]:
        explained = self.EXPLAINED[str(self.values["why"])]
        return super().document(language) | {"detail": explained.say(language)}
