"""Reading forms: what was typed stays, and every wrong field is said at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from services.web import dates
from services.web.clients import Away, Json, Refused
from services.web.texts import gettext as _

_NONCE = re.compile(r"[A-Za-z0-9-]{16,64}")


class Form:
    """What was typed, by the API's names ("title.vi", "hosts.0.role_title.vi"), and what is wrong with it."""

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        self.typed: dict[str, str] = {
            name: value for name, value in (typed or {}).items() if name != "csrf_token"
        }
        self.errors: dict[str, str] = {}
        self.away = False
        self.retry_after = 5
        found = self.typed.get("nonce", "")
        self.nonce = found if _NONCE.fullmatch(found) else str(uuid.uuid4())

    def __getitem__(self, name: str) -> str:
        return self.typed.get(name, "")

    @property
    def good(self) -> bool:
        return not self.errors

    @property
    def status(self) -> int:
        """What the page that shows the form again answers with."""
        return 503 if self.away else 200 if self.good else 422

    def text(self, name: str, *, required: str = "") -> str:
        """What was typed, without the space around it; `required` is what to say when there is none."""
        value = self[name].strip()
        if required and not value:
            self.errors[name] = required
        return value

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

    def sort_errors(self, order: Sequence[str]) -> None:
        """Put the errors in the order of the page; what is not on it comes last."""
        known = {name: index for index, name in enumerate(order)}
        self.errors = dict(
            sorted(self.errors.items(), key=lambda item: known.get(item[0], len(known)))
        )

    def refuse(self, error: Refused | Away) -> None:
        """Take over what a service said: each wrong field, or the refusal as a whole under "_"."""
        if isinstance(error, Away):
            self.away, self.retry_after = True, error.retry_after
            self.errors["_"] = _(
                "Hệ thống đang bận nên chưa lưu được. Những gì bạn nhập vẫn còn đây; xin đợi ít giây rồi gửi lại."
            )
            return
        self.nonce = str(uuid.uuid4())
        for item in error.errors:
            self.errors.setdefault(
                str(item.get("field") or "_"), str(item.get("message") or error.title)
            )
        if not error.errors:
            self.errors["_"] = error.detail or error.title


def nested(flat: Mapping[str, Any]) -> Json:
    """{"title.vi": "x", "hosts.0.note.vi": "y"} as the API has it: {"title": {"vi": "x"}, "hosts": [{…}]}."""
    tree: Json = {}
    for path, value in flat.items():
        *above, last = path.split(".")
        node = tree
        for step in above:
            node = node.setdefault(step, {})
        node[last] = value
    listed: Json = _lists(tree)
    return listed


def flat(value: Any, path: str = "") -> dict[str, str]:
    """The reverse of `nested`, as texts for a form's fields."""
    if isinstance(value, dict):
        return {
            k: v
            for key, item in value.items()
            for k, v in flat(item, f"{path}.{key}" if path else key).items()
        }
    if isinstance(value, list):
        return {k: v for i, item in enumerate(value) for k, v in flat(item, f"{path}.{i}").items()}
    return {path: "" if value is None else str(value)}


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    inner = {key: _lists(item) for key, item in node.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
