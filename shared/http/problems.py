"""Problems (RFC 9457): an error names the situation, and its HTTP form is written once."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from flask import Flask, Response, g, json, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from shared.database.types import jsonable
from shared.logs import get_logger
from shared.text import LANGUAGES, Text

log = get_logger("http")


class Problem(Exception):
    """A refusal that the caller can act on. Subclasses give status, type, title and detail.

    Keyword arguments fill the fields of the texts (a time as it is on the wall clock that people know, with a
    format in the text); those in `members` are also part of the document.
    """

    status: ClassVar[int] = 400
    type: ClassVar[str] = "bad-request"
    title: ClassVar[Text] = Text("Yêu cầu không hợp lệ", "Bad request")
    detail: ClassVar[Text | None] = None
    members: ClassVar[tuple[str, ...]] = ()
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, **values: Any) -> None:
        super().__init__(self.type)
        self.values = values

    def document(self, language: str) -> dict[str, Any]:
        """The problem document in the caller's language."""
        body = {
            "type": f"/problems/{self.type}",
            "title": self.title.say(language, **self.values),
            "status": self.status,
        }
        if self.detail is not None:
            body["detail"] = self.detail.say(language, **self.values)
        members = {name: self.values[name] for name in self.members if name in self.values}
        return body | {name: jsonable(value) for name, value in members.items()}


class Invalid(Problem):
    """Fields are wrong. `errors` maps a field's path to what is wrong with it."""

    status, type = 422, "invalid"
    title = Text("Một số thông tin chưa đúng", "Some of it is not right")
    detail = Text(
        "Xin sửa các mục được nêu rồi gửi lại.",
        "Please correct the fields named and send it again.",
    )

    def __init__(self, errors: dict[str, Text | str]) -> None:
        super().__init__()
        self.errors = errors

    def document(self, language: str) -> dict[str, Any]:
        said = [
            {
                "field": field,
                "message": text.say(language)
                if isinstance(text, Text)
                else in_language(text, language),
            }
            for field, text in self.errors.items()
        ]
        return super().document(language) | {"errors": said}


class NotJson(Problem):
    status, type = 400, "not-json"
    title = Text("Nội dung không phải là JSON", "The body is not JSON")
    detail = Text(
        "Xin gửi một đối tượng JSON hợp lệ, mã hóa UTF-8.",
        "Please send one valid JSON object, encoded in UTF-8.",
    )


class NotFound(Problem):
    status, type = 404, "not-found"
    title = Text("Không tìm thấy", "Not found")
    detail = Text(
        "Nội dung này không có, hoặc bạn không có quyền xem.",
        "There is no such thing, or it is not yours to see.",
    )


class Unauthenticated(Problem):
    status, type = 401, "not-signed-in"
    title = Text("Bạn chưa đăng nhập", "You are not signed in")
    detail = Text("Xin đăng nhập rồi thử lại.", "Please sign in and try again.")
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    status, type = 403, "not-allowed"
    title = Text("Bạn không có quyền làm việc này", "You may not do this")
    detail = Text(
        "Xin liên hệ đơn vị chủ trì nếu bạn cần quyền này.",
        "Please ask the host organisation if you need to.",
    )


class Away(Problem):
    status, type = 503, "away"
    title = Text("Hệ thống đang bận", "The system is busy")
    detail = Text(
        "Chưa có gì thay đổi. Xin thử lại sau ít phút.",
        "Nothing was changed. Please try again in a few minutes.",
    )
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class StorageFull(Away):
    status, type = 507, "storage-full"
    title = Text("Máy chủ đã hết chỗ lưu", "The server has run out of space")


class Unexpected(Problem):
    status, type = 500, "unexpected"
    title = Text("Đã có lỗi ngoài dự kiến", "Something went wrong")
    detail = Text(
        "Lỗi đã được ghi lại. Xin thử lại sau.", "It has been recorded. Please try again later."
    )


_BY_STATUS = {
    400: Text("Yêu cầu không hợp lệ", "Bad request"),
    404: NotFound.title,
    405: Text("Phương thức không được dùng ở đây", "That method is not used here"),
    408: Text("Yêu cầu đến quá chậm", "The request came too slowly"),
    413: Text("Nội dung quá lớn", "The body is too large"),
    415: Text("Xin gửi nội dung dạng application/json", "Please send application/json"),
    429: Text("Bạn gửi quá nhiều yêu cầu", "Too many requests"),
}

# What marshmallow says, and what we say instead; {0}, {1} are the numbers or words in it.
_FIELD_MESSAGES: tuple[tuple[str, Text], ...] = (
    (r"Missing data for required field\.", Text("Xin điền mục này.", "Please fill this in.")),
    (r"Field may not be null\.", Text("Xin điền mục này.", "Please fill this in.")),
    (r"Unknown field\.", Text("Không có mục này.", "There is no such field.")),
    (r"Not a valid string\.", Text("Phải là chữ.", "It must be text.")),
    (r"Not a valid (?:integer|number)\.", Text("Phải là số.", "It must be a number.")),
    (r"Not a valid boolean\.", Text("Phải là có hoặc không.", "It must be yes or no.")),
    (r"Not a valid UUID\.", Text("Mã không đúng dạng.", "That is not a valid id.")),
    (
        r"Not a valid (?:aware )?(?:datetime|date|time)\.",
        Text("Ngày giờ không đúng.", "That is not a valid date and time."),
    ),
    (
        r"Not a valid email address\.",
        Text("Địa chỉ thư điện tử không đúng.", "That is not a valid mail address."),
    ),
    (
        r"Not a valid URL\.",
        Text(
            "Xin nhập cả địa chỉ, bắt đầu bằng https://.",
            "Please give the whole address; it begins with https://.",
        ),
    ),
    (
        r"Not a valid (?:list|mapping type)\.|Invalid (?:input )?type\.",
        Text("Không đúng kiểu dữ liệu.", "It is not of the right kind."),
    ),
    (
        r"Shorter than minimum length (\d+)\.",
        Text("Cần ít nhất {0} ký tự.", "It needs at least {0} characters."),
    ),
    (
        r"Longer than maximum length (\d+)\.",
        Text("Dài nhất {0} ký tự.", "It may have at most {0} characters."),
    ),
    (
        r"Length must be between 0 and (\d+)\.",
        Text("Dài nhất {0} ký tự.", "It may have at most {0} characters."),
    ),
    (
        r"Length must be between (\d+) and (\d+)\.",
        Text("Cần từ {0} đến {1} ký tự.", "It needs between {0} and {1} characters."),
    ),
    (
        r"Must be greater than or equal to (\S+?) and less than or equal to (\S+?)\.",
        Text("Số này phải từ {0} đến {1}.", "It must be between {0} and {1}."),
    ),
    (
        r"Must be greater than or equal to (\S+?)\.",
        Text("Số này nhỏ nhất là {0}.", "It must be at least {0}."),
    ),
    (
        r"Must be less than or equal to (\S+?)\.",
        Text("Số này lớn nhất là {0}.", "It must be at most {0}."),
    ),
    (r"Must be one of: (.+)\.", Text("Phải là một trong: {0}.", "It must be one of: {0}.")),
    (
        r"String does not match expected pattern\.",
        Text("Không đúng dạng.", "It does not have the right form."),
    ),
)


def in_language(message: str, language: str) -> str:
    """A validation message of the library in the caller's language; our own pass as they are."""
    for pattern, text in _FIELD_MESSAGES:
        if match := re.fullmatch(pattern, message):
            words = match.groups()
            return (text.en if language == "en" else text.vi).format(*words)
    return message


def language() -> str:
    """The language to answer in: "vi" unless the caller prefers English."""
    if "language" not in g:
        g.language = request.accept_languages.best_match(LANGUAGES, default="vi")
    chosen: str = g.language
    return chosen


def flatten(messages: Any, path: str = "") -> dict[str, Text | str]:
    """marshmallow's nested messages as one level: {"venue.name": "…"}; the first message of a field."""
    if isinstance(messages, dict):
        flat: dict[str, Text | str] = {}
        for key, inner in messages.items():
            step = "" if key == "_schema" else str(key)
            flat |= flatten(inner, ".".join(filter(None, (path, step))))
        return flat
    first = messages[0] if isinstance(messages, list) and messages else messages
    return {path or "_": first if isinstance(first, Text) else str(first)}


def respond(problem: Problem) -> Response:
    """The response that carries a problem."""
    body = json.dumps(problem.document(language()), ensure_ascii=False)
    response = Response(body, problem.status, content_type="application/problem+json")
    response.headers.extend(
        {"Vary": "Accept-Language", "Cache-Control": "no-store"} | problem.headers
    )
    return response


def from_http_exception(error: HTTPException) -> Response:
    """An error of Flask, werkzeug or webargs as a problem; `Allow` and the like stay."""
    data = getattr(error, "data", None) or {}
    if error.code == 422 and "messages" in data:
        fields: dict[str, Text | str] = {}
        for located in data["messages"].values():
            fields |= flatten(located)
        return respond(Invalid(fields))
    if error.response is not None and error.code is None:
        return error.response  # type: ignore[return-value]
    problem = Unexpected() if error.code is None or error.code >= 500 else Problem()
    response = respond(problem)
    if isinstance(problem, Unexpected) or error.code is None:
        return response
    title = _BY_STATUS.get(error.code, Text(error.name, error.name)).say(language())
    kind = re.sub(r"[^a-z]+", "-", error.name.lower())
    response.set_data(
        json.dumps(
            {"type": f"/problems/{kind}", "title": title, "status": error.code}, ensure_ascii=False
        )
    )
    response.status_code = error.code
    kept = {"Allow", "Retry-After", "WWW-Authenticate"}
    response.headers.extend([(name, value) for name, value in error.get_headers() if name in kept])
    return response


def from_database(error: DBAPIError | PoolTimeout) -> Response:
    """A database that is away, busy or full: nothing was changed, so the caller may simply try again."""
    log.error("the database did not answer a request", why=type(error).__name__)
    if isinstance(error, OperationalError) and "disk is full" in str(error.orig):
        return respond(StorageFull())
    if isinstance(error, OperationalError | PoolTimeout) or error.connection_invalidated:
        return respond(Away())
    return unexpected(error)


def unexpected(error: Exception) -> Response:
    """A bug: recorded with its stack (types and lines, no values), answered without it."""
    trace = error.__traceback__
    lines = []
    while trace is not None:
        lines.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("a request failed unexpectedly", why=type(error).__name__, at=lines[-8:])
    return respond(Unexpected())


def answer_with_problems(app: Flask) -> None:
    """Make every error of an app a problem document."""
    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, from_http_exception)
    app.register_error_handler(DBAPIError, from_database)
    app.register_error_handler(PoolTimeout, from_database)
    app.register_error_handler(Exception, unexpected)
