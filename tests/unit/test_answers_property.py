"""Answers are accepted exactly if they are valid for the form, and come back as they were said; any form, any answers.

The form in the code decides field by field as it goes; the oracle here says it once more in other words.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registrations.models import Field, Form, Kind
from services.registrations.models.form import contradictions
from shared.http.problems import Invalid
from shared.ids import new_id

OPTIONS = ("tax", "credit", "other")
KEYS = [f"f{number}" for number in range(6)]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
WORDS = st.sampled_from(["Thuế {x}", "doi thoai", "Đối Thoại", " ", "", "a\nb"]) | TEXT
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
    | st.sampled_from(OPTIONS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
# What fits a kind more often than anything does.
FITTING: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.SHORT_TEXT: WORDS,
    Kind.LONG_TEXT: WORDS,
    Kind.CHOICE: st.sampled_from(OPTIONS),
    Kind.CHOICES: st.lists(st.sampled_from(OPTIONS), max_size=4),
    Kind.NUMBER: st.integers(-3, 12) | st.floats(-3, 12),
    Kind.CONSENT: st.booleans(),
}


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Without contradictions: conditions on earlier fields only, of a value that they can have."""
    fields: list[Field] = []
    for key in KEYS[: draw(st.integers(1, len(KEYS)))]:
        kind = draw(st.sampled_from(sorted(FITTING)))
        number, chooses = kind is Kind.NUMBER, kind in (Kind.CHOICE, Kind.CHOICES)
        fields.append(
            Field(
                key=key,
                kind=kind,
                label={"vi": draw(WORDS)},
                required=draw(st.booleans()),
                shown_if=draw(_condition(fields)) if fields and draw(st.booleans()) else None,
                max_length=draw(st.sampled_from([None, 1, 5])) if "text" in kind else None,
                min=draw(st.sampled_from([None, 0])) if number else None,
                max=draw(st.sampled_from([None, 9.5])) if number else None,
                options=tuple({"key": one, "label": {"vi": one}} for one in OPTIONS if chooses),
                text={"vi": "Tôi đồng ý"} if kind is Kind.CONSENT else None,
            )
        )
    made = Form.empty(new_id(), 1)
    made.kept_fields = json.loads(json.dumps([field.as_kept() for field in fields]))
    assert made.fields == fields
    assert contradictions(fields, {}) == {}
    return made


def _condition(earlier: list[Field]) -> st.SearchStrategy[dict[str, Any]]:
    def of(field: Field) -> st.SearchStrategy[dict[str, Any]]:
        words = st.sampled_from(["thue", "ĐỐI", "a"])
        how, values = {
            Kind.SHORT_TEXT: ("contains", words),
            Kind.LONG_TEXT: ("contains", words),
            Kind.CHOICE: ("equals", st.sampled_from(OPTIONS)),
            Kind.CHOICES: ("contains", st.sampled_from(OPTIONS)),
            Kind.NUMBER: ("equals", st.integers(0, 3)),
            Kind.CONSENT: ("equals", st.booleans()),
        }[field.kind]
        return values.map(lambda value: {"field": field.key, how: value})

    return st.sampled_from(earlier).flatmap(of)


@st.composite
def answered_forms(draw: st.DrawFn) -> tuple[Form, dict[str, Any]]:
    form = draw(forms())
    given = {
        field.key: draw(FITTING[field.kind] if draw(st.integers(0, 4)) else ANYTHING)
        for field in form.fields
        if draw(st.integers(0, 3))
    }
    return form, given


def oracle(form: Form, given: dict[str, Any]) -> tuple[set[str], dict[str, Any]]:
    """Which fields are wrong, and what is kept of the others (a consent: that it was given)."""
    wrong: set[str] = set()
    shown: set[str] = set()
    kept: dict[str, Any] = {}
    for field in form.fields:
        if field.shown_if:
            on = field.shown_if["field"]
            if on not in shown or not _met(field.shown_if, kept.get(on), form):
                continue
        shown.add(field.key)
        value = given.get(field.key)
        if value is None or value == [] or (isinstance(value, str) and not value.strip()):
            value = None
        elif not _fits(field, value):
            wrong.add(field.key)
            continue
        if field.kind is Kind.CONSENT and value is False:
            value = None
        if value is None and field.required:
            wrong.add(field.key)
        elif value is not None:
            kept[field.key] = _kept(field, value)
    return wrong, kept


def _met(condition: dict[str, Any], answer: Any, form: Form) -> bool:
    kind = next(field.kind for field in form.fields if field.key == condition["field"])
    if kind is Kind.CONSENT:
        return condition["equals"] == (answer is True)
    if answer is None:
        return False
    if "equals" in condition:
        return bool(answer == condition["equals"])
    if kind is Kind.CHOICES:
        return condition["contains"] in answer
    plain = str.maketrans("đĐ", "dD")
    return _bare(condition["contains"].translate(plain)) in _bare(answer.translate(plain))


def _bare(text: str) -> str:
    split = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in split if unicodedata.combining(c) == 0).casefold()
    return " ".join(bare.split())


def _fits(field: Field, value: Any) -> bool:
    match field.kind:
        case Kind.SHORT_TEXT:
            lines = "\n" in str(value).strip() or any(
                ord(c) < 32 or c in "\x7f\x85\u2028\u2029" for c in str(value).strip()
            )
            return isinstance(value, str) and len(value) <= field.longest and not lines
        case Kind.LONG_TEXT:
            return isinstance(value, str) and len(value) <= field.longest
        case Kind.CHOICE:
            return isinstance(value, str) and value in OPTIONS
        case Kind.CHOICES:
            return isinstance(value, list) and all(
                isinstance(one, str) and one in OPTIONS for one in value
            )
        case Kind.NUMBER:
            least, most = (
                bound if bound is not None else sign * 10**15
                for bound, sign in ((field.min, -1), (field.max, 1))
            )
            return type(value) in (int, float) and least <= value <= most
        case _:
            return value is True or value is False


def _kept(field: Field, value: Any) -> Any:
    if field.kind is Kind.CHOICES:
        return [one for one in OPTIONS if one in value]
    return value.strip() if field.kind is Kind.SHORT_TEXT else value


def outcome(form: Form, given: dict[str, Any]) -> tuple[set[str], dict[str, Any] | None]:
    """The fields that are refused, in words of both languages, or what is kept."""
    try:
        return set(), form.read(given)
    except Invalid as refused:
        said = [refused.document(language)["errors"] for language in ("vi", "en")]
        named = [[error["field"] for error in errors if error["message"]] for errors in said]
        assert named[0] == named[1]
        return {path.split(".")[1] for path in named[0]}, None


@settings(max_examples=300, deadline=None)
@given(answered_forms())
def test_answers_are_accepted_exactly_if_they_are_valid(case: tuple[Form, dict[str, Any]]) -> None:
    """And every wrong field is named, no other."""
    form, given_ = case
    wrong, kept = oracle(form, given_)

    refused, read = outcome(form, given_)

    assert refused == wrong
    if read is not None:
        said = {key: True if isinstance(value, dict) else value for key, value in read.items()}
        assert said == kept


@settings(max_examples=200, deadline=None)
@given(answered_forms())
def test_what_was_kept_can_be_said_again(case: tuple[Form, dict[str, Any]]) -> None:
    """Through JSON and back it is the same, so that an edit of one answer changes no other."""
    form, given_ = case
    _, kept = outcome(form, given_)
    if kept is None:
        return
    by_key = {field.key: field for field in form.fields}
    stored = json.loads(json.dumps(kept))
    again = {key: by_key[key].raw(value) for key, value in stored.items()}

    assert form.read(again) == stored == kept


@settings(max_examples=100, deadline=None)
@given(forms(), st.dictionaries(st.sampled_from([*KEYS, "x", "y z"]), ANYTHING))
def test_no_answer_breaks_a_form(form: Form, given_: dict[str, Any]) -> None:
    """Whatever comes, it is read or refused."""
    refused, read = outcome(form, given_)

    assert bool(refused) is (read is None)
