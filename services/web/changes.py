"""What a change made of an event's fields, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from typing import Any

from services.web import dates, words
from services.web.clients import Json
from services.web.texts import gettext as _
from services.web.texts import ngettext, said

# What the change's own name says already, or what is of no use to a reader.
_UNSAID = frozenset(
    {"status", "published_at", "postponed_at", "cancelled_at", "completed_at", "uid", "id"}
)
_TIMES = frozenset(
    {"starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "occurrence"}
)
# What matters first; the others follow by name, for no order is kept of them.
_FIRST = (
    "title",
    "kind_key",
    "starts_at",
    "ends_at",
    "venue",
    "name",
    "number",
    "room",
    "address",
    "capacity",
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST, _LEAD = 280, 40


def said_fields(
    fields: Mapping[str, Any], *, zone: str, names: Mapping[str, str], kinds: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Each field in words, with what it was and what it became; `names` are those of organisations by id."""
    found = []
    for name, pair in sorted(fields.items(), key=lambda item: _place(item[0])):
        if name in _UNSAID:
            continue
        say = _speaker(name, zone=zone, names=names, kinds=kinds)
        was, became = map(say, _differing(*pair))
        if was == became:
            became = _("đã sửa chi tiết bên trong")
        found.append((words.field_name(name), *_cut(was, became)))
    return found


def _differing(old: Any, new: Any) -> tuple[Any, Any]:
    """Of texts in two languages the Vietnamese alone, where the English did not change."""
    texts = [one for one in (old, new) if isinstance(one, dict) and one.keys() <= {"vi", "en"}]
    if len(texts) == 2 and old.get("en") == new.get("en"):
        return {"vi": old.get("vi")}, {"vi": new.get("vi")}
    return old, new


def _speaker(
    name: str, *, zone: str, names: Mapping[str, str], kinds: Mapping[str, str]
) -> Callable[[Any], str]:
    """How the values of a field are said."""
    if name in _TIMES:
        return lambda value: dates.moment(value, zone) if value else _("chưa có")
    if name == "participants":
        return lambda value: _organisations(value or (), names)
    if name == "kind_key":
        return lambda value: kinds.get(str(value), str(value))
    if name == "languages":
        return lambda value: ", ".join(words.language_name(one) for one in value or ())
    if name == "attendance_mode":
        return lambda value: words.attendance_name(str(value))
    if name in ("programme_id", "owed_event_id", "series_id"):
        return lambda value: _("có") if value else _("không có")
    return _plain


def _organisations(ids: Iterable[str], names: Mapping[str, str]) -> str:
    other = _("một đơn vị khác")
    return ", ".join(names.get(one, other) for one in ids) or _("không có")


def _plain(value: Any) -> str:
    """A text, a number, a yes or no, or what stands inside something larger."""
    if value is None or value == "":
        return _("chưa có")
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, list):
        return "; ".join(map(_plain, value)) or _("không có")
    if isinstance(value, dict):
        return _whole(value)
    text = str(value)
    return dates.written_day(text) if _DATE.fullmatch(text) else text


def _whole(value: Json) -> str:
    if value.keys() <= {"vi", "en"}:
        both = [text for text in (value.get("vi"), value.get("en")) if text]
        return " / ".join(both)
    for name in ("role_title", "title", "alt"):
        if value.get(name):
            return said(value[name])
    if isinstance(value.get("name"), dict):
        return said(value["name"])
    if "latitude" in value:
        return f"{value['latitude']}, {value['longitude']}"
    ordered = sorted(value.items(), key=lambda item: _place(item[0]))
    known = [_plain(one) for name, one in ordered if one and name != "area_id"]
    return ", ".join(known) or _("chưa có")


def _place(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST)), name


def _cut(old: str, new: str) -> tuple[str, str]:
    """Long texts from shortly before they begin to differ."""
    start = 0
    if max(len(old), len(new)) > _LONGEST:
        same = sum(
            1 for _both in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
        )
        start = max(0, same - _LEAD)
    return _shown(old, start), _shown(new, start)


def _shown(text: str, start: int) -> str:
    shown = text[start : start + _LONGEST]
    return ("…" if start else "") + shown + ("…" if start + _LONGEST < len(text) else "")


def told_states(counted: Mapping[str, int]) -> list[tuple[str, str]]:
    """How far notices have come, in words with their tone; `counted` by the status of a delivery."""
    sums = {"ok": 0, "gone": 0, "wait": 0, "quiet": 0}
    for status, count in counted.items():
        sums[_TONES.get(status, "wait")] += count
    said_ = {
        "ok": ngettext("%(num)s đã gửi", "%(num)s đã gửi", sums["ok"]),
        "gone": ngettext("%(num)s không gửi được", "%(num)s không gửi được", sums["gone"]),
        "wait": ngettext("%(num)s đang chờ", "%(num)s đang chờ", sums["wait"]),
        "quiet": ngettext("%(num)s không cần gửi", "%(num)s không cần gửi", sums["quiet"]),
    }
    return [(said_[tone] % {"num": sums[tone]}, tone) for tone in sums if sums[tone]]


_TONES = {
    "delivered": "ok",
    "permanent-failure": "gone",
    "technical-failure": "gone",
    "superseded": "quiet",
    "suppressed": "quiet",
}
