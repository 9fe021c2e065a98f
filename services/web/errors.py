"""When it does not work: a page in both languages that says what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask import Flask, current_app, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from services.web.clients import Away, Refused
from services.web.here import here
from services.web.session import SignedOut, end
from services.web.texts import gettext as _
from services.web.uploads import file_expected
from shared.logs import get_logger
from shared.text import Text

log = get_logger("web")


@dataclass(frozen=True, slots=True)
class Said:
    """The two sentences of an error page, in both languages."""

    title: Text
    advice: Text


_PAGES = {
    400: Said(
        Text("Trang này không còn dùng được", "This page can no longer be used"),
        Text(
            "Có thể trang đã mở quá lâu. Xin quay lại trang trước, tải lại rồi gửi lần nữa.",
            "It may have been open for too long. Please go back, reload the page and send it again.",
        ),
    ),
    403: Said(
        Text("Bạn không có quyền xem trang này", "You may not see this page"),
        Text(
            "Nếu công việc của bạn cần trang này, xin liên hệ ban tổ chức để được giao quyền.",
            "If your work needs it, please ask the organiser for access.",
        ),
    ),
    404: Said(
        Text("Không tìm thấy trang này", "There is no such page"),
        Text(
            "Xin kiểm tra lại địa chỉ, hoặc tìm sự kiện trong lịch.",
            "Please check the address, or look for the event in the calendar.",
        ),
    ),
    405: Said(
        Text("Trang này không mở theo cách đó", "This page does not open that way"),
        Text(
            "Xin quay lại và dùng nút trên trang.", "Please go back and use the button on the page."
        ),
    ),
    409: Said(
        Text("Việc này chưa làm được", "This could not be done"),
        Text(
            "Xin quay lại và xem tình trạng mới nhất.",
            "Please go back and look at how things stand now.",
        ),
    ),
    413: Said(
        Text("Nội dung gửi lên quá lớn", "That is too much at once"),
        Text("Xin rút ngắn nội dung rồi gửi lại.", "Please make it shorter and send it again."),
    ),
    429: Said(
        Text("Bạn đã thử quá nhiều lần", "That was too many times"),
        Text("Xin đợi 15 phút rồi thử lại.", "Please wait 15 minutes and try again."),
    ),
    500: Said(
        Text("Đã có lỗi ngoài dự kiến", "Something went wrong"),
        Text(
            "Lỗi đã được ghi lại. Xin thử lại; nếu vẫn không được, xin liên hệ ban tổ chức.",
            "It has been recorded. Please try again; if it still fails, please contact the organiser.",
        ),
    ),
    503: Said(
        Text("Hệ thống đang bận", "The system is busy"),
        Text(
            "Xin đợi ít giây rồi thử lại. Không có gì bị mất.",
            "Please wait a few seconds and try again. Nothing is lost.",
        ),
    ),
}


def error_page(status: int, *, detail: str = "", retry_after: int | None = None) -> Response:
    """The page of a status. What was posted while a service was away can be sent again from there."""
    said = _PAGES.get(status) or _PAGES[500 if status >= 500 else 400]
    again = request.form.items(multi=True) if status == 503 and request.method == "POST" else ()
    typed = [(name, value) for name, value in again if name != "csrf_token"]
    page = render_template("error.html", status=status, what=said, detail=detail, typed=typed)
    response = make_response(page, status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def handle_errors(app: Flask) -> None:
    """Give every error its page."""

    @app.errorhandler(SignedOut)
    def _sign_in_first(error: SignedOut) -> Response:
        view = current_app.view_functions.get(request.endpoint or "")
        if request.method == "GET" and not hasattr(view, "needs_person"):
            return redirect(
                request.full_path.rstrip("?"), 303
            )  # the session ended; the page itself is for anyone
        return _to_sign_in()

    @app.errorhandler(Away)
    def _away(error: Away) -> Response:
        log.warning("a service was away", service=error.service)
        return error_page(503, retry_after=error.retry_after)

    @app.errorhandler(Refused)
    def _refused(error: Refused) -> Response:
        if error.status == 401:
            end()
            return _to_sign_in()
        if error.status in (403, 404):
            return error_page(error.status)
        first = str(error.errors[0].get("message", "")) if error.errors else ""
        return error_page(error.status, detail=error.detail or first or error.title)

    @app.errorhandler(CSRFError)
    def _stale(error: CSRFError) -> Response:
        return error_page(400)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        detail = ""
        if error.code == 413 and file_expected():
            detail = _("Tệp gửi lên lớn nhất là 10 MiB. Xin quay lại, chia nhỏ tệp rồi gửi lại.")
        page = error_page(error.code or 500, detail=detail)
        page.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
        return page

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        at = (
            f"{where.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{where.tb_lineno}"
            if where
            else ""
        )
        log.error("a page failed unexpectedly", why=type(error).__name__, at=at)
        return error_page(500)


def _to_sign_in() -> Response:
    """Sign in, then come back to this page, or to the one whose form was sent."""
    return redirect(f"/dang-nhap?next={quote(here(), safe='')}", 303)
