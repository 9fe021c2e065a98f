"""Which changes of a message others could not follow.

A *shape* is a JSON Schema as `deploy.contracts.shapes.shape_of` makes it. Of what is published, everything that was
promised stays: fields may be added, and what could be null or missing may always be there. Of what is needed, only
what is promised may be relied upon.
"""

from __future__ import annotations

from typing import Any

from deploy.contracts.shapes import JsonSchema, kinds

# By message type.
Shapes = dict[str, JsonSchema]
_STRUCTURE = frozenset({"type", "properties", "required", "items"})
_NOTHING: JsonSchema = {}


def changes(before: Shapes, now: Shapes) -> list[str]:
    """What was promised of the messages `before` and does not hold `now`; a sentence each."""
    found = []
    for name, shape in before.items():
        if name in now:
            found += [f"{name}: {change}" for change in _changed(shape, now[name], "")]
        else:
            found.append(f"{name} is no longer published")
    return found


def unreadable(sent: Shapes, needs: Shapes) -> list[str]:
    """What a consumer that `needs` some fields could not read of what is `sent`; a sentence each."""
    return [
        f"{name}: {problem}"
        for name, need in needs.items()
        if name in sent
        for problem in _unread(sent[name], need, "")
    ]


def _changed(before: JsonSchema, now: JsonSchema, at: str) -> list[str]:
    (types, null), (types_now, null_now) = kinds(before), kinds(now)
    found = []
    if types != types_now or _values(before) != _values(now):
        found.append(f"`{at}` was {_said(before)} and is {_said(now)}")
    if null_now and not null:
        found.append(f"`{at}` was never null and may be null now")
    parts_now = now.get("properties", _NOTHING)
    for name, part in before.get("properties", _NOTHING).items():
        path = _path(at, name)
        if name not in parts_now:
            found.append(f"`{path}` is gone")
            continue
        if name in before.get("required", ()) and name not in now.get("required", ()):
            found.append(f"`{path}` was always there and may be missing now")
        found += _changed(part, parts_now[name], path)
    if "items" in before and "items" in now:
        found += _changed(before["items"], now["items"], f"{at}[]")
    return found


def _unread(sent: JsonSchema, need: JsonSchema, at: str) -> list[str]:
    (types, null), (wanted, null_read) = kinds(sent), kinds(need)
    found = []
    if not _fits(types, wanted) or not _allowed(sent, need):
        found.append(f"`{at}` is {_said(sent)} and is read as {_said(need)}")
    if null and wanted and not null_read:
        found.append(f"`{at}` may be null and is read as if never")
    parts = sent.get("properties", _NOTHING)
    for name, part in need.get("properties", _NOTHING).items():
        path = _path(at, name)
        if name in need.get("required", ()) and name not in sent.get("required", ()):
            found.append(f"`{path}` is not always there and is needed")
        if name in parts:
            found += _unread(parts[name], part, path)
    if "items" in sent and "items" in need:
        found += _unread(sent["items"], need["items"], f"{at}[]")
    return found


def _fits(types: set[str], wanted: set[str]) -> bool:
    """Whether every type that is sent is one that is read; a whole number is a number."""
    if "number" in wanted:
        types = types - {"integer"} | {"number"} if "integer" in types else types
    return not wanted or (bool(types) and types <= wanted)


def _allowed(sent: JsonSchema, need: JsonSchema) -> bool:
    """Whether the values that are sent are among those that are read."""
    values = _values(sent)
    for rule, limit in _values(need).items():
        if rule == "enum" and rule in values:
            if not set(values[rule]) <= set(limit):
                return False
        elif values.get(rule) != limit:
            return False
    return True


def _values(shape: JsonSchema) -> dict[str, Any]:
    """What a shape says of its values beside their type: a format, a list, bounds. Null is counted apart."""
    rules = {key: rule for key, rule in shape.items() if key not in _STRUCTURE}
    if "enum" in rules:
        rules["enum"] = sorted((one for one in rules["enum"] if one is not None), key=str)
    return rules


def _said(shape: JsonSchema) -> str:
    types = " or ".join(sorted(kinds(shape)[0])) or "anything"
    rules = ", ".join(f"{rule} {limit}" for rule, limit in sorted(_values(shape).items()))
    return f"{types} ({rules})" if rules else types


def _path(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
