"""The situations in which registrations refuses, each with its HTTP form."""

from __future__ import annotations

from typing import ClassVar

from shared.http.problems import Away, Problem
from shared.text import Text


class AlreadyRegistered(Problem):
    """The person has a place, or a number in the waitlist, for this event."""

    status, type = 409, "already-registered"
    title = Text("Bạn đã đăng ký sự kiện này", "You are registered for this event already")
    detail = Text(
        "Xin xem lại đăng ký trong mục “Đăng ký của tôi”.", "You find it under “My registrations”."
    )
    members = ("registration_id",)


class TooManyAtOnce(Away):
    """The line of those who register is full, or did not move; this one was not taken."""

    type = "too-many-at-once"
    title = Text("Rất nhiều người đang đăng ký cùng lúc", "Very many people are registering now")
    detail = Text(
        "Yêu cầu này chưa được nhận. Xin gửi lại sau vài giây.",
        "This request was not taken. Please send it again in a few seconds.",
    )
    headers: ClassVar[dict[str, str]] = {"Retry-After": "3"}


class NotKnownYet(Away):
    """The transaction that decides has not ended in time; a repeat with the same key tells what came of it."""

    type = "not-known-yet"
    title = Text("Đăng ký lâu hơn bình thường", "Registering takes longer than usual")
    detail = Text(
        "Có thể bạn đã có chỗ. Xin gửi lại sau vài giây, hoặc xem mục “Đăng ký của tôi”.",
        "You may have a place. Please send it again in a few seconds, or see “My registrations”.",
    )


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


class NominationClosed(Problem):
    """Nobody can be named, replaced or confirmed on this list any more."""

    status, type = 409, "nomination-closed"
    title = Text("Đã hết hạn đề cử", "The time for nominations is over")
    detail = Text(
        "Hạn là {deadline:%H:%M, %d/%m/%Y}. Xin liên hệ ban tổ chức nếu cần gia hạn.",
        "It ended at {deadline:%H:%M, %d %B %Y}. Please ask the organisers if you need longer.",
    )
    members = ("deadline",)


class NominationExists(Problem):
    """The organisation has a list for this event."""

    status, type = 409, "nomination-exists"
    title = Text(
        "Đơn vị này đã có danh sách đề cử", "This organisation has a list for the event already"
    )
    detail = Text(
        "Xin mở danh sách đó để đổi số chỗ hoặc hạn.",
        "Please open that list to change its seats or its deadline.",
    )
    members = ("nomination_id",)


class NominationFull(Problem):
    """More names than seats."""

    status, type = 409, "nomination-full"
    title = Text("Danh sách nhiều hơn số chỗ", "More names than seats")
    detail = Text(
        "Đơn vị được {seats} chỗ, còn {left} chỗ chưa đề cử. Xin bớt người, hoặc thay một người đã đề cử.",
        "There are {seats} seats, {left} of them without a name. Please name fewer, or replace somebody.",
    )
    members = ("seats", "left")


class TooManyNamed(Problem):
    """So many were named and replaced that it cannot be meant."""

    status, type = 409, "too-many-named"
    title = Text("Danh sách đã thay đổi quá nhiều lần", "This list was changed too often")
    detail = Text(
        "Một danh sách ghi nhiều nhất {most} người, kể cả người đã thay. Xin liên hệ ban tổ chức.",
        "A list holds at most {most} people, replaced ones included. Please ask the organisers.",
    )


class SeatsBelowNamed(Problem):
    """Fewer seats than people who are named."""

    status, type = 409, "seats-below-named"
    title = Text("Số chỗ ít hơn số người đã đề cử", "Fewer seats than people who are named")
    detail = Text(
        "Đơn vị đã đề cử {named} người. Xin để ít nhất bằng số đó.",
        "The partner named {named} people. Please leave at least as many.",
    )
    members = ("named",)


class DeadlineNotPossible(Problem):
    """A deadline lies ahead, and not after the event begins."""

    status, type = 422, "deadline-not-possible"
    title = Text("Hạn đề cử không phù hợp", "That deadline is not possible")
    detail = Text(
        "Hạn phải ở sau lúc này và không muộn hơn giờ bắt đầu, {starts_at:%H:%M, %d/%m/%Y}. Chỗ được giữ ít nhất đến hạn.",
        "It lies ahead, and not after the start at {starts_at:%H:%M, %d %B %Y}. Seats are kept at least until then.",
    )
    members = ("starts_at",)


class NomineeReplaced(Problem):
    """Somebody else was named in this one's place."""

    status, type = 409, "nominee-replaced"
    title = Text("Đơn vị đã đề cử người khác", "Somebody else was named in this place")
    detail = Text(
        "Lời mời này không còn hiệu lực. Xin liên hệ đơn vị đã đề cử bạn.",
        "This invitation does not hold any longer. Please ask the organisation that named you.",
    )


class NomineeTaken(Problem):
    """The place was confirmed before."""

    status, type = 409, "nominee-taken"
    title = Text("Lời mời này đã được xác nhận", "This invitation was confirmed before")
    detail = Text(
        "Chỗ đã thuộc về người xác nhận. Nếu đó là bạn, xin xem “Đăng ký của tôi”; nếu không, xin báo đơn vị đã đề cử.",
        "The place is theirs who confirmed. If that was you, see “My registrations”; if not, tell the organisation that named you.",
    )


class NamedAlready(Problem):
    """This phone or mail stands on the list."""

    status, type = 409, "named-already"
    title = Text("Người này đã có trong danh sách", "This person stands on the list already")
    detail = Text(
        "Số điện thoại hoặc thư này thuộc một người khác trong danh sách. Xin đề cử người chưa có tên.",
        "This phone number or mail is somebody else's on the list. Please name somebody who is not on it.",
    )


class NomineeAttended(Problem):
    status, type = 409, "nominee-attended"
    title = Text("Người này đã vào cửa", "This person has been admitted")
    detail = Text(
        "Người đã điểm danh thì không thay được.",
        "Somebody who was admitted cannot be replaced.",
    )


class ConsentTextChanged(Problem):
    """The text was changed after it was shown."""

    status, type = 409, "consent-text-changed"
    title = Text("Nội dung đồng ý đã thay đổi", "The text to agree to was changed")
    detail = Text(
        "Xin đọc lại nội dung mới rồi xác nhận.", "Please read the new text, then confirm."
    )
    members = ("version",)


class QuotaOfNomination(Problem):
    """Seats of a nomination are changed there, and are gone only with it."""

    status, type = 409, "quota-of-nomination"
    title = Text(
        "Số chỗ này thuộc danh sách đề cử của một đơn vị", "These seats belong to a nomination"
    )
    detail = Text(
        "Xin đổi số chỗ và hạn ở danh sách đề cử của đơn vị đó.",
        "Please change their number and time at that partner's nomination.",
    )


class GroupDoesNotFit(Problem):
    """There are fewer seats than people; nobody was registered."""

    status, type = 409, "group-does-not-fit"
    title = Text("Không đủ chỗ cho cả nhóm", "Not enough seats for the whole group")
    detail = Text(
        "Còn {left} chỗ, chưa ai trong nhóm được đăng ký. Xin bớt người, hoặc chọn đăng ký theo số chỗ còn lại.",
        "{left} seats are left and nobody was registered. Please name fewer people, or take as many seats as there are.",
    )
    members = ("left",)


class TooManyColleagues(Problem):
    """One person registers so many for an event."""

    status, type = 409, "too-many-colleagues"
    title = Text("Quá số đồng nghiệp cho một người đăng ký", "Too many colleagues for one person")
    detail = Text(
        "Mỗi người đăng ký thêm nhiều nhất {most} đồng nghiệp cho một sự kiện; bạn đã đăng ký {there}.",
        "One person registers at most {most} colleagues for an event; you have registered {there}.",
    )
    members = ("most", "there")


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


class AnswersFixed(Problem):
    """The registration is over, its ticket was used, or its seat is still to be accepted."""

    status, type = 409, "answers-fixed"
    title = Text("Không sửa được câu trả lời lúc này", "The answers cannot be edited now")
    detail = Text(
        "Chỉ sửa được khi đăng ký còn hiệu lực, chưa điểm danh, và không có chỗ nào đang chờ bạn nhận.",
        "They can be while the registration stands, before check-in, and once a seat that is held was accepted.",
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


class DoorClosed(Problem):
    """Names are given to devices until a day after the event."""

    status, type = 409, "door-closed"
    title = Text("Sự kiện đã kết thúc", "The event is over")
    detail = Text(
        "Danh sách vào cửa chỉ tải được đến hết một ngày sau sự kiện.",
        "The list for the door can be taken until a day after the event.",
    )


class TicketInvalid(Problem):
    """Forged, of another event, re-issued, or of a registration without a place; `why` says which."""

    status, type = 422, "ticket-invalid"
    title = Text("Vé không hợp lệ", "This ticket is not valid")
    members = ("why",)

    EXPLAINED = {  # noqa: RUF012
        "forged": Text("Vé này không do hệ thống phát hành.", "It was not issued here."),
        "other-event": Text("Vé này của một sự kiện khác.", "It belongs to another event."),
        "reissued": Text("Vé này đã được thay bằng vé mới.", "It was replaced by a newer one."),
        "not-checked-in": Text(
            "Người này chưa vào, nên không có gì để hoàn tác.",
            "The person was not in, so there is nothing to undo.",
        ),
        "event-full": Text("Đã hết chỗ.", "No seat is free."),
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


class NoSuchFormat(Problem):
    """Lists come in two kinds."""

    status, type = 415, "no-such-format"
    title = Text("Không đọc được loại tệp này", "This kind of file cannot be read")
    detail = Text(
        "Xin gửi tệp .xlsx hoặc .csv (text/csv). Tệp .xls cũ: mở ra rồi lưu thành .xlsx.",
        "Please send an .xlsx or a .csv (text/csv) file. Save an old .xls as .xlsx.",
    )


class UnreadableUpload(Problem):
    """The file is none of its kind; `why` says what to do."""

    status, type = 422, "unreadable-file"
    title = Text("Không đọc được tệp", "The file cannot be read")

    def __init__(self, why: Text) -> None:
        super().__init__()
        self.detail = why  # type: ignore[misc]


class NobodyToPrint(Problem):
    """A file of papers for which there is nobody: no place is confirmed, or nobody has been admitted."""

    status, type = 409, "nobody-to-print"
    title = Text("Chưa có ai để in", "There is nobody to print for")
    detail = Text(
        "Thẻ và vé in cho người đã có chỗ, giấy xác nhận in cho người đã điểm danh.",
        "Badges and tickets are for people with a place, certificates for people who were admitted.",
    )


class NoCertificate(Problem):
    """Only who was admitted attended."""

    status, type = 409, "no-certificate"
    title = Text("Chưa có giấy xác nhận", "There is no certificate")
    detail = Text(
        "Giấy xác nhận có sau khi bạn được điểm danh tại sự kiện. Nếu bạn đã tham dự, xin liên hệ ban tổ chức.",
        "It comes after you were checked in at the event. If you were there, please ask the organisers.",
    )
