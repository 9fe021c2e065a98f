"""What an event asks of those who register: which of it is shown, and what was typed as the API takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.texts import gettext as _
from services.web.texts import said
from shared.text import fold

PREFIX = "answers"
BUSINESS = ("name", "tax_code", "field_of_business")
_GROUPED = re.compile(r"\d{1,3}(?:([.\s])\d{3})(?:\1\d{3})*", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)


def asked_by(event_id: str) -> Json | None:
    """What an event asks, prepared for the page; None where nobody knows right now."""
    try:
        return prepared(clients().registrations.form(event_id))
    except Refused as refused:
        if refused.status == 401:
            raise
        return prepared({"version": 0, "fields": [], "retention_days": 0})
    except Away:
        return None


def prepared(form: Json) -> Json:
    """A form with, at each field, when it is asked (`when`), and how long the answers are kept at most (`days`)."""
    fields = [field | {"when": _when(field, form["fields"])} for field in form["fields"]]
    kept = [field["retention_days"] or form["retention_days"] for field in fields]
    return form | {"fields": fields, "days": max(kept, default=0)}


def demand(form: Form, fields: Iterable[Json], answers: Mapping[str, Any]) -> list[str]:
    """Say of each field that must be answered and is not, that it is; what is asked, but did not stand on the page.

    Without scripts a field with a condition comes only once it is met; it is asked for then, and once if it is optional.
    """
    fields = list(fields)
    late: list[str] = []
    by_key = {field["key"]: field for field in fields}
    for key in shown(fields, answers):
        field, name = by_key[key], f"{PREFIX}.{key}"
        empty = not _says(field, answers.get(key))
        if empty and field["required"]:
            sentence = (
                _("Cần bạn đồng ý với “%(label)s” để đăng ký.")
                if field["kind"] == "consent"
                else _("Xin trả lời “%(label)s”.")
            )
            form.errors[name] = sentence % {"label": said(field["label"])}
        elif empty and field["shown_if"] and not form.ticked(f"asked.{key}"):
            late.append(name)
    return late


def read(form: Form, fields: Iterable[Json]) -> Json:
    """The answers that were typed, by key; what is no number is sent as it is, for the service says so."""
    return {field["key"]: _read(form, field) for field in fields}


def filled(answers: Mapping[str, Any], fields: Iterable[Json]) -> dict[str, str]:
    """Answers as the fields of a form; a consent that was given to another text is not ticked."""
    found: dict[str, str] = {}
    for field in fields:
        answer, name = answers.get(field["key"]), f"{PREFIX}.{field['key']}"
        if answer is None:
            continue
        match field["kind"]:
            case "choices":
                found |= {f"{name}.{key}": "1" for key in answer}
            case "consent":
                found |= {name: "1"} if answer["text"] == field["text"] else {}
            case "business":
                found |= {f"{name}.{part}": answer[part] or "" for part in BUSINESS}
                found |= {f"{name}.household": "1"} if answer["household"] else {}
            case "number":
                found[name] = str(answer).replace(".", ",")
            case _:
                found[name] = str(answer)
    return found


def shown(fields: Iterable[Json], answers: Mapping[str, Any]) -> list[str]:
    """The keys of what is asked after these answers, as the service decides it."""
    found: dict[str, Json] = {}
    for field in fields:
        condition = field["shown_if"]
        other = found.get(condition["field"]) if condition else None
        if not condition or (other and _is_met(other, condition, answers.get(other["key"]))):
            found[field["key"]] = field
    return list(found)


def untick(form: Form, fields: Iterable[Json]) -> None:
    """Take back the tick of a consent that was refused: its text is to be read first."""
    for field in fields:
        name = f"{PREFIX}.{field['key']}"
        if field["kind"] == "consent" and name in form.errors:
            form.typed.pop(name, None)


def order(fields: Iterable[Json]) -> list[str]:
    """The names of the fields, as errors are summed up in their order."""
    return [
        name
        for field in fields
        for name in (
            f"{PREFIX}.{field['key']}",
            *(f"{PREFIX}.{field['key']}.{part}" for part in (*BUSINESS, "household")),
        )
    ]


def version(form: Form) -> Json:
    """The version of the form that was on the screen, as the API takes it."""
    seen = form["form_version"]
    return {"form_version": int(seen)} if seen.isascii() and seen.isdigit() and len(seen) < 6 else {}  # fmt: skip


def _read(form: Form, field: Json) -> Any:
    name = f"{PREFIX}.{field['key']}"
    match field["kind"]:
        case "choices":
            chosen = [one["key"] for one in field["options"]]
            return [key for key in chosen if form.ticked(f"{name}.{key}")]
        case "consent":
            return form.ticked(name)
        case "business":
            parts: Json = {part: form.text(f"{name}.{part}") or None for part in BUSINESS}
            return parts | {"household": form.ticked(f"{name}.household")}
        case "number":
            return _number(form.text(name))
    return form[name] or None


def _number(text: str) -> int | float | str | None:
    """12, 3,5 and 12.500 as people write them in Vietnamese; anything else as it was typed."""
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"[.\s]", "", text))
    if not _NUMBER.fullmatch(text):
        return text or None
    found = float(text.replace(",", "."))
    return int(found) if found.is_integer() else found


def _says(field: Json, answer: Any) -> bool:
    if field["kind"] == "business":
        return bool(answer and any(answer.values()))
    return bool(str(answer).strip()) if answer not in (None, False, []) else False


def _is_met(other: Json, condition: Json, answer: Any) -> bool:
    equals, contains = condition["equals"], condition["contains"]
    if other["kind"] == "consent":
        return bool(answer) is equals
    if not _says(other, answer):
        return False
    if contains is not None:
        return contains in answer if other["kind"] == "choices" else fold(contains) in fold(answer)
    return fold(equals) == fold(answer) if "text" in other["kind"] else bool(answer == equals)


def _when(field: Json, fields: Iterable[Json]) -> Json | None:
    """The condition of a field: as the page's script compares it, and in words."""
    condition = field["shown_if"]
    other = condition and next((one for one in fields if one["key"] == condition["field"]), None)
    if not other:
        return None
    how = "equals" if condition["equals"] is not None else "contains"
    value = condition[how]
    if other["kind"] == "consent":
        sentence = (
            _("Chỉ hỏi khi có đồng ý “%(label)s”.")
            if value
            else _("Chỉ hỏi khi không đồng ý “%(label)s”.")
        )
    else:
        sentence = _("Chỉ hỏi khi “%(label)s” là “%(answer)s”.")
    answer = next((said(one["label"]) for one in other["options"] if one["key"] == value), value)
    return {
        "of": other["key"],
        "how": how,
        "value": str(value).lower() if isinstance(value, bool) else str(value),
        "words": sentence % {"label": said(other["label"]), "answer": answer},
    }
