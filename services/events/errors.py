"""The situations in which events refuses, each with its HTTP form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.http.problems import Problem
from shared.text import Text


class NotPublished(Problem):
    """Only what was published can be moved or cancelled; a draft is simply edited."""

    status, type = 409, "not-published"
    title = Text("Sự kiện chưa được công bố", "The event has not been published")
    detail = Text(
        "Bản nháp thì sửa trực tiếp; đổi lịch và hủy chỉ dùng sau khi công bố.",
        "A draft is edited directly; only a published event is rescheduled or cancelled.",
    )


class EventCancelled(Problem):
    """Cancelled is for good."""

    status, type = 409, "event-cancelled"
    title = Text("Sự kiện đã bị hủy", "The event was cancelled")
    detail = Text(
        "Sự kiện đã hủy thì không sửa được nữa. Xin tạo sự kiện mới nếu cần.",
        "A cancelled event cannot be changed any more. Please create a new one if you need to.",
    )


class EventPostponed(Problem):
    """Nobody knows yet when it takes place."""

    status, type = 409, "event-postponed"
    title = Text("Sự kiện đang hoãn", "The event is postponed")
    detail = Text(
        "Sự kiện đang hoãn: xin dùng “Đổi lịch” để đặt thời gian mới trước, hoặc hủy.",
        "It is postponed: please give it a new time first (reschedule), or cancel it.",
    )


class EventNotOver(Problem):
    """Before its end nobody can know that it took place."""

    status, type = 409, "event-not-over"
    title = Text("Sự kiện chưa kết thúc", "The event is not over yet")
    detail = Text(
        "Chỉ đánh dấu đã diễn ra sau giờ kết thúc.",
        "It can be marked as completed only after its end.",
    )


class EventCompleted(Problem):
    """What took place is history; what is published about it afterwards may still be added."""

    status, type = 409, "event-completed"
    title = Text("Sự kiện đã diễn ra", "The event has taken place")
    detail = Text(
        "Sự kiện đã diễn ra: chỉ còn sửa được mô tả, tài liệu, đầu mối và thông báo kết luận.",
        "It has taken place: only its description, attachments, contacts and conclusion can still be edited.",
    )


class EventOver(Problem):
    """What is over is neither moved nor cancelled: nobody can be told in time."""

    status, type = 409, "event-over"
    title = Text("Sự kiện đã kết thúc", "The event is over")
    detail = Text(
        "Sự kiện đã kết thúc thì không đổi lịch hoặc hủy được nữa.",
        "An event that is over can be neither rescheduled nor cancelled.",
    )


class OnlyDraftsRepeat(Problem):
    """What people already rely on is not made the first of many behind their backs."""

    status, type = 409, "only-drafts-repeat"
    title = Text("Chỉ bản nháp mới lặp lại được", "Only a draft can be repeated")
    detail = Text(
        "Sự kiện đã công bố: xin tạo bản nháp mới rồi đặt quy tắc lặp.",
        "It is published: please begin a new draft and give that one a rule.",
    )


class RepeatsAlready(Problem):
    """An event is of one series at most."""

    status, type = 409, "repeats-already"
    title = Text("Sự kiện đã thuộc một chuỗi", "The event is part of a series already")
    detail = Text(
        "Xin sửa quy tắc lặp của chuỗi đó.", "Please change the rule of that series instead."
    )


class NoSuchWarning(Problem):
    """Only what is warned of can be accepted."""

    status, type = 409, "no-such-warning"
    title = Text("Sự kiện không có cảnh báo này", "There is no such warning")
    detail = Text(
        "Cảnh báo này không còn hoặc không dành cho sự kiện; xin xem lại danh sách cảnh báo.",
        "It is gone, or is none of this event; please look at the list of warnings again.",
    )


class WarningsNotAccepted(Problem):
    """A rule is not kept, and nobody has said yet that it is meant to be so. Lists each with its source."""

    status, type = 409, "warnings-not-accepted"
    title = Text("Có cảnh báo cần được chấp nhận", "Some warnings have to be accepted")
    detail = Text(
        "Vẫn công bố được: xin nêu lý do cho từng cảnh báo được liệt kê.",
        "It can still be published: please give a reason for each warning listed.",
    )
    members = ("warnings",)


class ProgrammeHasEvents(Problem):
    """A programme that events belong to is not deleted under them."""

    status, type = 409, "programme-has-events"
    title = Text("Chương trình đã có sự kiện", "The programme has events")
    detail = Text(
        "Chỉ xóa được chương trình chưa có sự kiện nào. Xin gỡ các sự kiện và bản nháp khỏi chương trình trước.",
        "Only a programme without events can be deleted. Please take its events and drafts out of it first.",
    )


_BY_RESCHEDULING = Text(
    "Đã công bố: xin dùng “Đổi lịch” (POST …/reschedule) để người đã đăng ký được báo.",
    "It is published: please reschedule it (POST …/reschedule), so that attendees are told.",
)
_IN_REGISTRATIONS = Text(
    "Đã công bố: xin sửa ở phần đăng ký (PATCH /api/registrations/v1/offers/…).",
    "It is published: please change it in registrations (PATCH /api/registrations/v1/offers/…).",
)
_FOR_GOOD = Text(
    "Không sửa được sau khi công bố.", "It cannot be changed once the event is published."
)


class FixedAfterPublication(Problem):
    """People rely on it: it is changed where they are told of it, or not at all. Names each field."""

    status, type = 409, "fixed-after-publication"
    title = Text(
        "Có mục không sửa trực tiếp được sau khi công bố",
        "Some of it cannot be edited once the event is published",
    )
    detail = Text(
        "Giờ giấc: dùng “Đổi lịch”. Sức chứa: sửa ở phần đăng ký.",
        "Times: reschedule the event. Capacity: change it in registrations.",
    )

    WHERE = {  # noqa: RUF012
        "starts_at": _BY_RESCHEDULING,
        "ends_at": _BY_RESCHEDULING,
        "registration_opens_at": _FOR_GOOD,
        "registration_closes_at": _BY_RESCHEDULING,
        "capacity": _IN_REGISTRATIONS,
    }

    def __init__(self, fields: Iterable[str]) -> None:
        super().__init__()
        self.fields = sorted(fields)

    def document(self, language: str) -> dict[str, Any]:
        errors = [
            {"field": field, "message": self.WHERE.get(field, _FOR_GOOD).say(language)}
            for field in self.fields
        ]
        return super().document(language) | {"errors": errors}


class NoSuchFormat(Problem):
    """Files come in three kinds."""

    status, type = 415, "no-such-format"
    title = Text("Không đọc được loại tệp này", "This kind of file cannot be read")
    detail = Text(
        "Xin gửi tệp .ics (text/calendar), .csv (text/csv) hoặc .xlsx.",
        "Please send an .ics (text/calendar), a .csv (text/csv) or an .xlsx file.",
    )


class UnreadableUpload(Problem):
    """The file is none of its kind; `why` says what to do."""

    status, type = 422, "unreadable-file"
    title = Text("Không đọc được tệp", "The file cannot be read")

    def __init__(self, why: Text) -> None:
        super().__init__()
        self.detail = why  # type: ignore[misc]
