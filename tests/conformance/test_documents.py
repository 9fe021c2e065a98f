"""The project's own documents, held against the published schemas of their kinds."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from deploy import docs
from deploy.docs.asyncapi import asyncapi_document
from tests.conformance.data import conformance_data, conformance_json

ROOT = Path(__file__).resolve().parents[2]


def test_the_openapi_documents_are_openapi() -> None:
    """Version 3.1, as the OpenAPI Initiative's schema says."""
    (schema,) = conformance_data("openapi", "schema").glob("oas_3.1_schema_*")
    validator = Draft202012Validator(json.loads(schema.read_text()))
    for name, document in docs.openapi_documents().items():
        errors = [
            f"{name}: {error.json_path}: {error.message[:200]}"
            for error in validator.iter_errors(document)
        ]
        assert errors == []


def test_the_asyncapi_document_is_asyncapi() -> None:
    """Version 3.0, as the AsyncAPI Initiative's schema says, the bindings of AMQP included."""
    Draft7Validator(conformance_json("asyncapi", "3.0.0.json")).validate(asyncapi_document())


def test_the_compose_file_is_a_compose_file() -> None:
    """As the compose specification's schema says."""
    schema = conformance_json("compose", "compose-spec.json")
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    Draft7Validator(schema).validate(document)
