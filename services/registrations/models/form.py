"""The form of an event: what is asked beside name and phone, in versions that never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.registrations.models.base import Base
from services.registrations.models.business import Wrong
from services.registrations.models.form_field import Field, Kind
from services.registrations.models.sentences import filled
from shared.http.problems import Invalid
from shared.text import Text

# How long answers are kept after the event ends, in days.
DEFAULT_RETENTION, LONGEST_RETENTION = 90, 730

_REQUIRED = Text("Xin trả lời “{label}”.", "Please answer “{label}”.")
_AGREE = Text(
    "Cần bạn đồng ý với “{label}” để đăng ký.", "To register, you need to agree to “{label}”."
)
_OTHER_TEXT = Text(
    "Nội dung đồng ý “{label}” vừa được ban tổ chức sửa. Xin đọc lại rồi chọn.",
    "The organisers have just changed the text of “{label}”. Please read it again and choose.",
)
_NOT_ASKED = Text("Phiếu không hỏi mục này.", "The form does not ask this.")
_NO_VERSION = Text("Phiếu không có phiên bản này.", "The form has no such version.")
_MOST_NAMED = 10


class Form(Base):
    """One version of an event's form. Whoever adds one holds the offer's lock; none is changed afterwards.

    An answer names the version for which it was valid, so that nobody's words are read under a question that they were
    not asked.
    """

    __tablename__ = "forms"

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("offers.event_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kept_fields: Mapped[list[Any]] = mapped_column("fields", sa.JSON)
    retention_days: Mapped[int] = mapped_column(
        doc="After the event's end; a field may say otherwise"
    )
    created_at: Mapped[datetime | None] = mapped_column(doc="None: nothing was ever asked")
    created_by: Mapped[UUID | None]

    @classmethod
    def empty(cls, event_id: UUID, version: int = 0) -> Form:
        """What there is before anybody writes one. It is not kept."""
        return cls(
            event_id=event_id,
            version=version,
            kept_fields=[],
            retention_days=DEFAULT_RETENTION,
            created_at=None,
            created_by=None,
        )

    @cached_property
    def fields(self) -> list[Field]:
        return [Field.of(kept) for kept in self.kept_fields]

    def same_as(self, fields: Sequence[Field], retention_days: int) -> bool:
        return retention_days == self.retention_days and list(fields) == self.fields

    def read(self, given: Mapping[str, Any], *, seen: Form | None = None) -> dict[str, Any]:
        """What somebody answers, as it is kept; else Invalid with everything that is wrong, at `answers.<key>`.

        A field that is not shown asks for nothing and keeps nothing. `seen` is the version that was on the screen, where
        it was another one: what it asked and this one does not is let go, and a consent that was given to another text
        is asked for again.
        """
        fields, before = self.fields, {one.key: one for one in (seen.fields if seen else ())}
        wrong: dict[str, Text | str] = {
            f"answers.{key[:40]}": _NOT_ASKED
            for key in sorted(given.keys() - {one.key for one in fields} - before.keys())[
                :_MOST_NAMED
            ]
        }
        answers: dict[str, Any] = {}
        shown: dict[str, Field] = {}
        for field in fields:
            if not _is_shown(field, shown, answers):
                continue
            shown[field.key] = field
            try:
                answer = field.read(given.get(field.key))
                if answer is None and field.required:
                    raise field.wrong(_AGREE if field.kind is Kind.CONSENT else _REQUIRED)
                if answer is not None and field.kind is Kind.CONSENT and seen is not None:
                    _require_same_text(field, before.get(field.key))
            except Wrong as found:
                for part, said in found.errors.items():
                    wrong[".".join(filter(None, ("answers", field.key, part)))] = said
            else:
                if answer is not None:
                    answers[field.key] = answer
        if wrong:
            raise Invalid(wrong)
        return answers

    def unanswered(self, answers: Mapping[str, Any]) -> list[str]:
        """The keys of what must be answered and is not, after these kept answers; a consent to another text is none."""
        missing: list[str] = []
        shown: dict[str, Field] = {}
        for field in self.fields:
            if not _is_shown(field, shown, answers):
                continue
            shown[field.key] = field
            given = field.raw(answers.get(field.key))
            if field.required and (given is None or given is False):
                missing.append(field.key)
        return missing

    def kept_for(self, answers: Mapping[str, Any]) -> dict[str, int]:
        """For how many days after the event each of these answers is kept."""
        own = {field.key: field.retention_days for field in self.fields}
        return {key: own.get(key) or self.retention_days for key in answers}

    def keep_days(self, answers: Mapping[str, Any]) -> int:
        """After how many days the first of these answers is to go."""
        return min(self.kept_for(answers).values(), default=self.retention_days)


def no_such_version() -> Invalid:
    """A version that was never there."""
    return Invalid({"form_version": _NO_VERSION})


def contradictions(fields: Sequence[Field], used: Mapping[str, Kind]) -> dict[str, Text | str]:
    """What cannot be asked, each at its path. `used`: the kinds of keys that were answered before."""
    wrong: dict[str, Text | str] = {}
    earlier: dict[str, Field] = {}
    for number, field in enumerate(fields):
        path = f"fields.{number}"
        if field.key in earlier:
            wrong[f"{path}.key"] = filled(
                Text("Khóa “{key}” bị trùng.", "The key “{key}” is there twice."), key=field.key
            )
        elif used.get(field.key, field.kind) is not field.kind:
            wrong[f"{path}.kind"] = filled(
                Text(
                    "“{key}” đã có người trả lời theo loại khác. Xin thêm mục mới thay vì đổi loại.",
                    "“{key}” was answered as another kind. Please add a new field instead.",
                ),
                key=field.key,
            )
        wrong |= {f"{path}.{name}": said for name, said in _of_its_kind(field).items()}
        if field.shown_if is not None:
            wrong |= {
                f"{path}.shown_if.{name}": said
                for name, said in _of_condition(field.shown_if, earlier, fields).items()
            }
        earlier.setdefault(field.key, field)
    return wrong


def _is_shown(field: Field, shown: Mapping[str, Field], answers: Mapping[str, Any]) -> bool:
    """Whether a field is asked, after what was answered so far; one that hangs on a hidden one is hidden, too."""
    if field.shown_if is None:
        return True
    other = shown.get(field.shown_if["field"])
    return other is not None and other.is_met(field.shown_if, answers.get(other.key))


def _require_same_text(field: Field, before: Field | None) -> None:
    if before is None or before.text != field.text:
        raise field.wrong(_OTHER_TEXT)


def _of_its_kind(field: Field) -> dict[str, Text]:
    wrong: dict[str, Text] = {}
    chooses = field.kind in (Kind.CHOICE, Kind.CHOICES)
    if chooses and not field.options:
        wrong["options"] = Text("Xin thêm ít nhất một lựa chọn.", "Please add at least one option.")
    keys = [option["key"] for option in field.options]
    if len(set(keys)) < len(keys):
        wrong["options"] = Text("Có hai lựa chọn trùng khóa.", "Two options have the same key.")
    if field.kind is Kind.CONSENT and field.text is None:
        wrong["text"] = Text(
            "Xin viết nội dung mà người đăng ký đồng ý.", "Please write what people agree to."
        )
    if field.min is not None and field.max is not None and field.min > field.max:
        wrong["max"] = Text(
            "Số lớn nhất phải từ số nhỏ nhất trở lên.", "The largest must not be below the least."
        )
    foreign = {
        "options": bool(field.options) and not chooses,
        "text": field.text is not None and field.kind is not Kind.CONSENT,
        "min": field.min is not None and field.kind is not Kind.NUMBER,
        "max": field.max is not None and field.kind is not Kind.NUMBER,
        "max_length": field.max_length is not None
        and field.kind not in (Kind.SHORT_TEXT, Kind.LONG_TEXT),
    }
    not_here = Text("Loại mục này không có phần đó.", "This kind of field has no such part.")
    return wrong | {name: not_here for name, there in foreign.items() if there}


def _of_condition(
    condition: Mapping[str, Any], earlier: Mapping[str, Field], fields: Sequence[Field]
) -> dict[str, Text]:
    other = earlier.get(condition["field"])
    if other is None:
        there = any(field.key == condition["field"] for field in fields)
        return {
            "field": Text("Xin chọn một mục đứng trước mục này.", "Please choose a field above it.")
            if there
            else Text("Không có mục này trong phiếu.", "The form has no such field.")
        }
    holds = "contains" if condition.get("contains") is not None else "equals"
    value = condition.get(holds)
    keys = [option["key"] for option in other.options]
    fits = {
        (Kind.CHOICE, "equals"): value in keys,
        (Kind.CHOICES, "contains"): value in keys,
        (Kind.CONSENT, "equals"): isinstance(value, bool),
        (Kind.NUMBER, "equals"): isinstance(value, int | float) and not isinstance(value, bool),
        (Kind.SHORT_TEXT, "equals"): isinstance(value, str),
        (Kind.SHORT_TEXT, "contains"): isinstance(value, str),
        (Kind.LONG_TEXT, "contains"): isinstance(value, str),
    }
    if (other.kind, holds) not in fits:
        return {
            holds: Text(
                "Mục kia không so được theo cách này.", "That field cannot be compared like this."
            )
        }
    if not fits[other.kind, holds]:
        return {
            holds: Text(
                "Mục kia không thể có câu trả lời này.", "That field cannot be answered like this."
            )
        }
    return {}
