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
    """Fewer seats than are taken; `losing` names those who came last, who would lose theirs."""

    status, type = 409, "capacity-below-confirmed"
    title = Text("Sức chứa ít hơn số người đã có chỗ", "Fewer seats than people who have one")
    detail = Text(
        "Đã có {confirmed} chỗ được nhận. Muốn giảm hơn nữa, xin xác nhận những người sẽ mất chỗ.",
        "{confirmed} seats are taken. To go below, name those who lose theirs.",
    )
    members = ("confirmed", "losing")

    def __init__(self, *, confirmed: int, losing: list[dict[str, str]] | None = None) -> None:
        super().__init__(confirmed=confirmed, losing=losing or [])


class OthersWouldLose(Problem):
    """Meanwhile others are the ones who came last."""

    status, type = 409, "others-would-lose"
    title = Text("Danh sách người mất chỗ đã thay đổi", "Others would lose their seats by now")
    detail = Text(
        "Có người vừa đăng ký hoặc hủy. Xin xem lại danh sách rồi xác nhận lần nữa.",
        "Somebody registered or cancelled just now. Please look at the list again and confirm.",
    )
    members = ("losing",)


class CapacityBelowKept(Problem):
    """Quotas would keep more seats than are free."""

    status, type = 409, "capacity-below-kept"
    title = Text("Số chỗ phân bổ nhiều hơn số chỗ còn trống", "More seats kept than are free")
    detail = Text(
        "Các đơn vị được giữ {kept} chỗ nhưng chỉ còn {free} chỗ trống. Xin tăng sức chứa hoặc giảm số chỗ phân bổ.",
        "{kept} seats are kept, but only {free} are free. Please raise the capacity or keep fewer.",
    )
    members = ("kept", "free")


class NotPending(Problem):
    """It was approved, declined or cancelled before."""

    status, type = 409, "not-pending"
    title = Text("Đăng ký này không chờ duyệt", "This registration does not wait for approval")
    detail = Text("Xin tải lại danh sách để xem tình trạng mới.", "Please reload the list.")


class NotHeld(Problem):
    """No seat is held for this registration."""

    status, type = 409, "not-held"
    title = Text(
        "Không có chỗ nào đang giữ cho đăng ký này", "No seat is held for this registration"
    )
    detail = Text(
        "Có thể bạn đã nhận chỗ, hoặc chỗ chưa đến lượt. Xin xem “Đăng ký của tôi”.",
        "You may have taken it, or it is not your turn yet. See “My registrations”.",
    )


class HoldLapsed(Problem):
    """The seat was held until a moment that has passed."""

    status, type = 409, "hold-lapsed"
    title = Text("Đã quá hạn nhận chỗ", "The seat is not held any longer")
    detail = Text(
        "Chỗ này đã chuyển cho người tiếp theo. Bạn có thể đăng ký lại.",
        "It went to the next in line. You can register again.",
    )


class NotCheckedIn(Problem):
    """Nobody was admitted with it."""

    status, type = 409, "not-checked-in"
    title = Text("Người này chưa điểm danh", "This person was not admitted")
    detail = Text("Xin tải lại danh sách.", "Please reload the list.")


class AttendedAlready(Problem):
    status, type = 409, "attended-already"
    title = Text("Người này đã vào cửa", "This person has been admitted")
    detail = Text(
        "Đăng ký đã điểm danh thì không hủy được.",
        "A registration that was checked in cannot be cancelled.",
    )


class EventNotOver(Problem):
    """Who came is told when all who come have come."""

    status, type = 409, "event-not-over"
    title = Text("Sự kiện chưa diễn ra xong", "The event is not over")
    detail = Text("Xin xem lại sau khi sự kiện kết thúc.", "Please look again once it has ended.")


class SurveyNotOpen(Problem):
    status, type = 409, "survey-not-open"
    title = Text("Khảo sát chưa mở", "The survey is not open yet")
    detail = Text(
        "Khảo sát mở khi sự kiện kết thúc. Xin quay lại sau.",
        "It opens when the event has ended. Please come back then.",
    )


class SurveyClosed(Problem):
    """What was read as a result does not change any more."""

    status, type = 409, "survey-closed"
    title = Text("Khảo sát đã đóng", "The survey is closed")
    detail = Text(
        "Không nhận thêm câu trả lời và không đổi câu hỏi được nữa.",
        "It takes no more answers, and its questions stay as they are.",
    )


class SurveyAnswered(Problem):
    """One answer a person; it belongs to nobody, so that it cannot be changed or taken back."""

    status, type = 409, "survey-answered"
    title = Text("Bạn đã trả lời khảo sát này", "You have answered this survey")
    detail = Text(
        "Mỗi người trả lời một lần. Câu trả lời ẩn danh nên không tìm lại để sửa được.",
        "Everybody answers once. Answers are anonymous, so none can be found again to be changed.",
    )


class DidNotAttend(Problem):
    status, type = 409, "did-not-attend"
    title = Text("Khảo sát dành cho người đã dự", "The survey is for those who came")
    detail = Text(
        "Đăng ký này chưa được điểm danh vào cửa. Nếu bạn có dự, xin báo ban tổ chức.",
        "This registration was not checked in. If you were there, please tell the organisers.",
    )


class QuestionsFixed(Problem):
    """Answers to other questions would be counted with those that were given."""

    status, type = 409, "questions-fixed"
    title = Text("Đã có người trả lời", "Somebody has answered")
    detail = Text(
        "Câu hỏi không đổi được nữa; chỉ đổi được số ngày mở.",
        "The questions stay as they are; only the number of days can be changed.",
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
        "pending": Text("Đăng ký này còn chờ duyệt.", "The registration waits for approval."),
        "held": Text("Người này chưa nhận chỗ được giữ.", "The seat is held, but not taken yet."),
        "declined": Text("Đăng ký này không được duyệt.", "The registration was declined."),
        "event-cancelled": Text("Sự kiện đã bị hủy.", "The event was cancelled."),
        "event-postponed": Text("Sự kiện đang tạm hoãn.", "The event is postponed."),
    }

    def __init__(self, why: str) -> None:
        super().__init__(why=why)

    def document(self, language: str) -> dict[str, object]:
        explained = self.EXPLAINED[str(self.values["why"])]
        return super().document(language) | {"detail": explained.say(language)}
