"""The situations in which community refuses."""

from __future__ import annotations

from shared.http.problems import Problem
from shared.text import Text

ENDS_TOO_EARLY = Text("Ngày hết hiệu lực phải sau ngày bắt đầu.", "It must end after it begins.")


class SignInFailed(Problem):
    """Wrong, used or expired; which of them is not said."""

    status, type = 400, "sign-in-failed"
    title = Text("Mã hoặc liên kết không đúng", "That code or link does not work")
    detail = Text(
        "Mã có thể đã dùng, đã quá 10 phút, hoặc được gửi cho trình duyệt khác. Xin yêu cầu mã mới.",
        "It may have been used, be older than 10 minutes, or belong to another browser. Please ask for a new one.",
    )


class TooManySignIns(Problem):
    status, type = 429, "too-many-sign-ins"
    title = Text("Bạn đã yêu cầu quá nhiều mã", "Too many sign-in mails")
    detail = Text(
        "Xin dùng mã trong thư mới nhất, hoặc thử lại sau 15 phút.",
        "Please use the code in the newest mail, or try again in 15 minutes.",
    )
    headers = {"Retry-After": "900"}  # noqa: RUF012


class SessionEnded(Problem):
    status, type = 401, "session-ended"
    title = Text("Phiên đăng nhập đã hết", "Your session has ended")
    detail = Text("Xin đăng nhập lại.", "Please sign in again.")
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012


class WrongClient(Problem):
    status, type = 401, "wrong-client"
    title = Text("Sai tên hoặc khóa của dịch vụ", "Wrong service name or secret")
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012


class NotAConsent(Problem):
    """The purpose rests on another legal basis; nobody is asked to agree to it."""

    status, type = 422, "not-a-consent"
    title = Text("Mục đích này không cần sự đồng ý", "This purpose does not rest on consent")


class TextChanged(Problem):
    """The text that was shown is no longer the current one."""

    status, type = 409, "text-changed"
    title = Text("Nội dung đồng ý đã được cập nhật", "The text has changed")
    detail = Text(
        "Xin đọc nội dung mới rồi xác nhận lại.", "Please read the new one and decide again."
    )
    members = ("version",)


class LastOrganiser(Problem):
    status, type = 409, "last-organiser"
    title = Text("Đơn vị cần ít nhất một người tổ chức", "An organisation needs one organiser")
    detail = Text(
        "Xin giao quyền cho người khác trước, hoặc liên hệ quản trị viên.",
        "Please give the role to somebody else first, or ask an administrator.",
    )


class WouldCircle(Problem):
    """What succeeds something cannot also precede it."""

    status, type = 409, "would-circle"
    title = Text("Quan hệ kế thừa bị vòng", "That succession would go round in a circle")
