"""Reading forms: what was typed stays, and every wrong field is said at once."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma

from services.web import dates
from services.web.clients import Away, Json, Refused
from services.web.texts import gettext as _
from services.web.texts import language
from shared.http.schemas import Phone

_NONCE = re.compile(r"[A-Za-z0-9-]{16,64}")
_AMOUNT = re.compile(r"[0-9]{1,18}|[0-9]{1,3}(?:([.,\s])[0-9]{3})(?:\1[0-9]{3}){0,4}")


class Form:
    """What was typed, by the API's names ("title.vi", "hosts.0.role_title.vi"), and what is wrong with it."""

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        # Browsers send the line breaks of a text as CR LF, whatever they were.
        self.typed: dict[str, str] = {
            name: value.replace("\r\n", "\n")
            for name, value in (typed or {}).items()
            if name != "csrf_token"
        }
        self.errors: dict[str, str] = {}
        # The field in which one goes on typing, where the page is shown again for that.
        self.focus = ""
        self.away = False
        self.retry_after = 5
        found = self.typed.get("nonce", "")
        self.nonce = found if _NONCE.fullmatch(found) else str(uuid.uuid4())

    def renew(self) -> None:
        """Make the next sending a new request: it repeats none of the earlier ones."""
        self.nonce = str(uuid.uuid4())

    def __getitem__(self, name: str) -> str:
        return self.typed.get(name, "")

    @property
    def good(self) -> bool:
        return not self.errors

    @property
    def status(self) -> int:
        """What the page that shows the form again answers with."""
        return 503 if self.away else 200 if self.good else 422

    def holds(self, *names: str) -> bool:
        """Whether something stands, or is wrong, in one of these fields or in a part of one."""
        parts = tuple(f"{name}." for name in names)
        filled = [name for name, value in self.typed.items() if value.strip()]
        return any(
            name in names or name.startswith(parts) for name in (*filled, *self.errors, self.focus)
        )

    def text(self, name: str, *, required: str = "") -> str:
        """What was typed, without the space around it; `required` is what to say when there is none."""
        value = self[name].strip()
        if required and not value:
            self.errors[name] = required
        return value

    def phone(self, name: str) -> str:
        """A phone number, as it was typed; what is none is said here, in the words of the services' own rule."""
        value = self.text(name)
        if value:
            try:
                Phone().deserialize(value)
            except ma.ValidationError as wrong:
                said: Any = wrong.messages
                self.errors[name] = said[0].say(language())
        return value

    def zone(self, name: str, *, known: str, hidden: bool = False) -> str:
        """A time zone's name; `known` where none was typed, and in place of one that does not exist.

        What was typed stays in its field, but where that is `hidden` nobody could put it right.
        """
        value = self.text(name) or known
        if value in dates.zones():
            self.typed[name] = value
            return value
        self.errors[name] = _("Không có múi giờ này; ví dụ: Asia/Ho_Chi_Minh.")
        if hidden:
            self.typed[name] = known
        return known

    def both(self, name: str) -> Json | None:
        """A text in two languages, or None; English is left out where it is not written, Vietnamese never."""
        vi, en = self.text(f"{name}.vi"), self.text(f"{name}.en")
        if en and not vi:
            self.errors.setdefault(
                f"{name}.vi", _("Xin nhập bản tiếng Việt; bản tiếng Anh chỉ đi kèm.")
            )
        return {"vi": vi} | ({"en": en} if en else {}) if vi or en else None

    def ticked(self, name: str) -> bool:
        return name in self.typed

    def whole(self, name: str, *, required: str) -> int | None:
        """A whole number from 1 on."""
        value = self.text(name, required=required)
        if value and not (
            value.isascii() and value.isdigit() and 0 < len(value) < 9 and int(value) > 0
        ):
            self.errors[name] = _("Xin nhập một số nguyên từ 1 trở lên, ví dụ 200.")
            return None
        return int(value) if value else None

    def number(self, name: str, *, least: float, most: float, wrong: str) -> float | None:
        """A number with a decimal point or comma; `wrong` is what to say of anything else."""
        value = self.text(name).replace(",", ".")
        try:
            found = float(value) if value else None
        except ValueError:
            found = math.nan
        if found is None or least <= found <= most:
            return found
        self.errors[name] = wrong
        return None

    def moment(self, name: str, *, zone: str, required: str = "") -> str | None:
        """A date and time on the zone's wall clock, as ISO 8601 in UTC."""
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            return dates.from_field(value, zone)
        except (ValueError, OverflowError):
            self.errors[name] = _("Xin nhập ngày và giờ, ví dụ 2026-03-26 14:00.")
            return None

    def day(self, name: str, *, required: str = "") -> str | None:
        """A day of the calendar, as ISO 8601; typed as that or as 26/03/2026."""
        value = self.text(name, required=required)
        if not value:
            return None
        found = dates.typed_day(value)
        if found is None:
            self.errors[name] = _("Xin nhập ngày, ví dụ 26/03/2026.")
        return found

    def amount(self, name: str) -> int | None:
        """An amount in whole VND, its digits grouped or not: 12.500.000 is 12500000."""
        value = re.sub(r"\s*(đ|đồng|VND)$", "", self.text(name), flags=re.IGNORECASE)
        if not value:
            return None
        if not _AMOUNT.fullmatch(value):
            self.errors[name] = _("Xin nhập số tiền bằng đồng, không có phần lẻ, ví dụ 12.500.000.")
            return None
        return int("".join(digit for digit in value if digit in "0123456789"))

    def sort_errors(self, order: Sequence[str]) -> None:
        """Put the errors in the order of the page; what is not on it comes last.

        `order` names fields, or what fields are parts of: "agenda" stands for each of its rows.
        """
        known = {name: index for index, name in enumerate(order)}

        def place(item: tuple[str, str]) -> tuple[int, int]:
            whole, _, rest = item[0].partition(".")
            row = rest.partition(".")[0]
            at = known.get(item[0], known.get(whole, len(known)))
            return at, int(row) if row.isdecimal() else 0

        self.errors = dict(sorted(self.errors.items(), key=place))

    @property
    def headers(self) -> dict[str, str]:
        """Of the page that shows it again: when to try it once more, where a service did not answer."""
        return {"Retry-After": str(self.retry_after)} if self.away else {}

    def refuse_or_leave(self, error: Refused | Away) -> None:
        """As `refuse`; who is not allowed, or asks for what is not there (any more), gets the page that says so."""
        if isinstance(error, Refused) and error.status in (401, 403, 404):
            raise error
        self.refuse(error)

    def refuse(self, error: Refused | Away) -> None:
        """Take over what a service said: each wrong field, or the refusal as a whole under "_"."""
        if isinstance(error, Away):
            self.away, self.retry_after = True, error.retry_after
            self.errors["_"] = _(
                "Hệ thống đang bận nên chưa lưu được. Những gì bạn nhập vẫn còn đây; xin đợi ít giây rồi gửi lại."
            )
            return
        self.renew()
        if error.type == "key-reused":
            # Gone back to, and sent again with something else.
            self.errors["_"] = _(
                "Biểu mẫu này đã được gửi và lưu một lần rồi. Muốn sửa bản đã lưu, xin mở bản đó; gửi lại lần nữa là tạo thêm một bản mới."
            )
            return
        for item in error.errors:
            self.errors.setdefault(
                str(item.get("field") or "_"), str(item.get("message") or error.title)
            )
        if not error.errors:
            self.errors["_"] = error.detail or error.title


def flat(value: Any, path: str = "") -> dict[str, str]:
    """What the API has, as texts for a form's fields: {"title": {"vi": "x"}} is {"title.vi": "x"}."""
    if isinstance(value, dict):
        return {
            k: v
            for key, item in value.items()
            for k, v in flat(item, f"{path}.{key}" if path else key).items()
        }
    if isinstance(value, list):
        return {k: v for i, item in enumerate(value) for k, v in flat(item, f"{path}.{i}").items()}
    return {path: "" if value is None else str(value)}
