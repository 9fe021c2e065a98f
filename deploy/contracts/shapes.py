"""The shape of a message as JSON Schema, made from its marshmallow schema by apispec."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

JsonSchema = dict[str, Any]
_SAID_ONLY = ("description", "title", "default", "example", "deprecated")


def described(schema: type[ma.Schema] | ma.Schema) -> JsonSchema:
    """The whole shape in one piece, with what each field means."""
    _, converter = _converter(lambda _: "")
    return _open(converter.resolve_nested_schema(schema))


def shape_of(schema: type[ma.Schema] | ma.Schema) -> JsonSchema:
    """What a contract is about: fields, types, what may be null or missing; no words and no defaults."""
    return _bare(described(schema))


def components(named: dict[str, list[type[ma.Schema]]]) -> tuple[dict[str, JsonSchema], Any]:
    """The parts of some schemas by their name, `<prefix>.<class>`, and a function (prefix, schema) that refers to one.

    `named` holds the schemas by prefix, which is the service that publishes them.
    """
    parts: dict[str, JsonSchema] = {}
    for prefix, schemas in named.items():
        spec, converter = _converter(_named(prefix))
        for schema in schemas:
            converter.resolve_nested_schema(schema)
        parts |= spec.to_dict().get("components", {}).get("schemas", {})

    def refer(prefix: str, schema: type[ma.Schema]) -> JsonSchema:
        return {"$ref": f"#/components/schemas/{_named(prefix)(schema)}"}

    return {name: _open(part) for name, part in sorted(parts.items())}, refer


def kinds(shape: JsonSchema) -> tuple[set[str], bool]:
    """The JSON types of a value, and whether it may be null."""
    said = shape.get("type", [])
    names = {said} if isinstance(said, str) else set(said)
    return names - {"null"}, "null" in names


def _converter(resolver: Callable[[Any], str]) -> tuple[APISpec, Any]:
    """apispec's converter (untyped), and the document that collects its parts; what gets no name is written in place."""
    plugin = MarshmallowPlugin(schema_name_resolver=resolver)
    return APISpec("", "", "3.1.0", plugins=[plugin]), plugin.converter


def _named(prefix: str) -> Callable[[Any], str]:
    def name(schema: Any) -> str:
        class_ = schema if isinstance(schema, type) else type(schema)
        return f"{prefix}.{class_.__name__}"

    return name


def _open(shape: JsonSchema) -> JsonSchema:
    """A publisher may add fields, whatever its own schema refuses: the shape that others read says so."""
    if shape.get("additionalProperties") is False:
        shape = {key: value for key, value in shape.items() if key != "additionalProperties"}
    return _inside(shape, _open)


def _bare(shape: JsonSchema) -> JsonSchema:
    return _inside({key: it for key, it in shape.items() if key not in _SAID_ONLY}, _bare)


def _inside(shape: JsonSchema, change: Callable[[JsonSchema], JsonSchema]) -> JsonSchema:
    """The shape with its parts changed; a field may have any name, `description` too."""
    changed = dict(shape)
    if "properties" in shape:
        changed["properties"] = {name: change(it) for name, it in shape["properties"].items()}
    if "items" in shape:
        changed["items"] = change(shape["items"])
    return changed
