"""The form of an event as rows of a page: fields and options added, moved and cleared without scripts, and read again."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from services.web.clients import Json
from services.web.forms import Form
from services.web.texts import gettext as _
from services.web.texts import said
from shared.text import fold

NAME = "fields"
MOST, MOST_OPTIONS, LONGEST_RETENTION = 40, 50, 730
CHOOSING, TEXTS = ("choice", "choices"), ("short-text", "long-text")
Row = dict[str, str]
_OPTION = re.compile(r"options\.(\d{1,2})\.(key|label\.vi|label\.en)")


def kinds() -> list[tuple[str, str]]:
    """What can be asked."""
    return [
        ("short-text", _("Chữ, một dòng")),
        ("long-text", _("Chữ, nhiều dòng")),
        ("choice", _("Chọn một")),
        ("choices", _("Chọn nhiều")),
        ("number", _("Số")),
        ("consent", _("Đồng ý")),
        ("business", _("Doanh nghiệp")),
    ]


def typed(fields: Iterable[Json]) -> list[Row]:
    """Fields as the rows of the page."""
    return [_typed(field) for field in fields]


def rows_of(form: Form) -> list[Row]:
    """The rows that were sent, each with what stands in it; lines of options that say nothing are let go."""
    own = re.compile(rf"{NAME}\.(\d{{1,3}})\.([a-z_.0-9]+)")
    found: dict[int, Row] = {}
    for name, value in form.typed.items():
        if match := own.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [_tidy(found[number]) for number in sorted(found)][:MOST]


def put(form: Form, rows: Sequence[Row]) -> None:
    """Let the form hold these rows, each with a key of its own."""
    others = {name: text for name, text in form.typed.items() if not name.startswith(f"{NAME}.")}
    keys = {row["key"] for row in rows if row.get("key")}
    for row in rows:
        if not row.get("key") and row.get("label.vi", "").strip():
            row["key"] = new_key(row["label.vi"], keys)
            keys.add(row["key"])
    form.typed = others | {
        f"{NAME}.{number}.{part}": text
        for number, row in enumerate(rows)
        for part, text in row.items()
    }


def rearrange(form: Form, templates: Iterable[Json]) -> bool:
    """Do what the button that was pressed says, and whether one was. Nothing is saved."""
    pressed = {
        name: form.typed.pop(name) for name in ("add", "clear", "up", "down", "more") if name in form.typed
    }  # fmt: skip
    rows = rows_of(form)
    for what, value in pressed.items():
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 4 else -1
        if what == "add":
            rows += _added(form, value, rows, templates)[: MOST - len(rows)]
            form.focus = f"{NAME}.{len(rows) - 1}.label.vi"
        elif what == "more" and 0 <= number < len(rows):
            form.focus = f"{NAME}.{number}.options.{len(options_of(rows[number]))}.label.vi"
        elif what == "clear" and 0 <= number < len(rows):
            del rows[number]
            form.focus = f"{NAME}.{min(number, len(rows) - 1)}.label.vi"
        elif what in ("up", "down") and 0 <= number < len(rows):
            other = number - 1 if what == "up" else number + 1
            if 0 <= other < len(rows):
                rows[number], rows[other] = rows[other], rows[number]
                form.focus = f"{NAME}.{other}.{what}"
    put(form, rows)
    return bool(pressed)


def options_of(row: Row) -> list[Row]:
    """The options of a row, in their order."""
    found: dict[int, Row] = {}
    for part, text in row.items():
        if match := _OPTION.fullmatch(part):
            found.setdefault(int(match[1]), {})[match[2]] = text
    return [found[number] for number in sorted(found)]


def conditions(rows: Sequence[Row], number: int) -> list[tuple[str, str]]:
    """On what a row can be made to hang: each answer of an earlier one that is chosen; and on what it hangs now."""
    found: list[tuple[str, str]] = []
    for row in rows[:number]:
        label = row.get("label.vi", "")
        if not row.get("key"):
            continue
        if row.get("kind") in CHOOSING:
            how = "equals" if row["kind"] == "choice" else "contains"
            found += [
                (
                    _condition(row["key"], how, one["key"]),
                    _("“%(label)s” là “%(answer)s”") % {"label": label, "answer": one["label.vi"]},
                )
                for one in options_of(row)
                if one.get("key")
            ]
        elif row.get("kind") == "consent":
            found += [
                (_condition(row["key"], "equals", True), _("Có đồng ý “%(label)s”") % {"label": label}),
                (_condition(row["key"], "equals", False), _("Không đồng ý “%(label)s”") % {"label": label}),
            ]  # fmt: skip
    now = rows[number].get("shown_if", "")
    if now and now not in dict(found):
        found.append((now, _("Giữ điều kiện hiện nay")))
    return found


def read(form: Form) -> Json:
    """What the form says, as the API takes it."""
    rows = rows_of(form)
    put(form, rows)
    days = form.whole("retention_days", required=_("Xin nhập số ngày, ví dụ 90."))
    return {
        "fields": [_read(form, number, row) for number, row in enumerate(rows)],
        "retention_days": days,
    }


def at_their_fields(form: Form) -> None:
    """Move what the API said of a part that is not on the page to the one that stands for it."""
    found, form.errors = form.errors, {}
    for name, words in found.items():
        at = re.sub(r"^(fields\.\d+)\.(key|kind|label)$", r"\1.label.vi", name)
        at = re.sub(r"^(fields\.\d+\.shown_if)\..*$", r"\1", at)
        at = re.sub(r"^(fields\.\d+)\.text$", r"\1.text.vi", at)
        at = re.sub(r"^(fields\.\d+\.options\.\d+)\.(key|label)$", r"\1.label.vi", at)
        form.errors.setdefault(at, words)


def new_key(label: str, taken: Container[str]) -> str:
    """A key that a label gives: "Câu hỏi gửi trước" is cau_hoi_gui_truoc, or cau_hoi_gui_truoc_2."""
    bare = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:34].strip("_")
    key = bare if bare[:1].isalpha() else f"muc_{bare}".strip("_")
    number, found = 1, key
    while found in taken:
        number += 1
        found = f"{key}_{number}"
    return found


def _typed(field: Json) -> Row:
    row: Row = {"key": field["key"], "kind": field["kind"]}
    for part in ("label", "hint", "text"):
        for language, words in (field[part] or {}).items():
            row[f"{part}.{language}"] = words or ""
    for part in ("min", "max", "max_length", "retention_days"):
        if field[part] is not None:
            row[part] = f"{field[part]:g}" if part in ("min", "max") else str(field[part])
    if field["required"]:
        row["required"] = "1"
    if condition := field["shown_if"]:
        how = "equals" if condition["equals"] is not None else "contains"
        row["shown_if"] = _condition(condition["field"], how, condition[how])
    for number, option in enumerate(field["options"]):
        row[f"options.{number}.key"] = option["key"]
        for language, words in option["label"].items():
            row[f"options.{number}.label.{language}"] = words or ""
    return row


def _tidy(row: Row) -> Row:
    bare = {part: text for part, text in row.items() if not part.startswith("options.")}
    there = [one for one in options_of(row) if any(one.get(f"label.{la}", "").strip() for la in ("vi", "en"))]  # fmt: skip
    keys = {one["key"] for one in there if one.get("key")}
    for number, one in enumerate(there[:MOST_OPTIONS]):
        if not one.get("key"):
            one["key"] = new_key(one.get("label.vi") or one["label.en"], keys)
            keys.add(one["key"])
        bare |= {f"options.{number}.{part}": text for part, text in one.items()}
    return bare


def _added(form: Form, what: str, rows: Sequence[Row], templates: Iterable[Json]) -> list[Row]:
    """A new row of the kind that was chosen, or those of a ready-made part that are not there yet."""
    there = {row.get("key") for row in rows}
    if what == "template":
        chosen = [one for one in templates if one["key"] == form["new_template"]]
        return typed(field for one in chosen for field in one["fields"] if field["key"] not in there)  # fmt: skip
    kind = form["new_kind"]
    return [{"kind": kind, "label.vi": ""}] if kind in dict(kinds()) else []


def _read(form: Form, number: int, row: Row) -> Json:
    path, kind = f"{NAME}.{number}", row.get("kind", "")
    form.text(f"{path}.label.vi", required=_("Xin nhập câu hỏi bằng tiếng Việt, hoặc bỏ mục này."))
    if kind == "consent":
        form.text(f"{path}.text.vi", required=_("Xin viết nội dung mà người đăng ký đồng ý."))
    if kind in CHOOSING and not options_of(row):
        form.errors[f"{path}.options"] = _("Xin nhập ít nhất một lựa chọn.")
    wrong = _("Xin nhập một số, ví dụ 12 hoặc 3,5.")
    bound = {
        part: form.number(f"{path}.{part}", least=-1e15, most=1e15, wrong=wrong)
        if kind == "number"
        else None
        for part in ("min", "max")
    }
    return {
        "key": row.get("key") or new_key("", ()),
        "kind": kind,
        "label": form.both(f"{path}.label"),
        "hint": form.both(f"{path}.hint"),
        "required": form.ticked(f"{path}.required"),
        "shown_if": _decoded(row.get("shown_if", "")),
        "retention_days": form.whole(f"{path}.retention_days", required=""),
        "max_length": form.whole(f"{path}.max_length", required="") if kind in TEXTS else None,
        **bound,
        "options": _options(form, path, row) if kind in CHOOSING else [],
        "text": form.both(f"{path}.text") if kind == "consent" else None,
    }


def _options(form: Form, path: str, row: Row) -> list[Json]:
    found = []
    for number, option in enumerate(options_of(row)):
        name = f"{path}.options.{number}.label"
        form.text(f"{name}.vi", required=_("Xin nhập lựa chọn này bằng tiếng Việt."))
        found.append({"key": option["key"], "label": form.both(name)})
    return found


def _condition(key: str, how: str, value: Any) -> str:
    return json.dumps([key, how, value], ensure_ascii=False)


def _decoded(text: str) -> Json | None:
    """A condition as the API takes it; what is none of ours is none."""
    try:
        key, how, value = json.loads(text)
    except (ValueError, TypeError):
        return None
    if how not in ("equals", "contains"):
        return None
    return {"field": key, "equals": None, "contains": None} | {how: value}


def labels(templates: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The ready-made parts, by their names."""
    return [(one["key"], said(one["name"])) for one in templates]
