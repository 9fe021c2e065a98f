"""Every operation of every service, asked with what its OpenAPI document allows and with what it forbids, answers as it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.embedded import Options, Platform
from tests.support.scene import Scene

# Requests to each operation, for each way of making them.
EXAMPLES = 20
AS_DOCUMENTED = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
# Who asks, and for which object, is ours to say, so nothing wrong is left of these.
REPLACED = (ParameterLocation.PATH, ParameterLocation.HEADER)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    platform = Platform(Options(data=tmp_path_factory.mktemp("platform")))
    platform.start()
    yield Scene(platform)
    platform.stop()


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("service", ["community", "events", "registrations", "notifications"])
def test_each_operation_answers_as_its_document_says(
    scene: Scene, service: str, mode: GenerationMode
) -> None:
    """An admin asks, of objects that are there."""
    document = schemathesis.openapi.from_wsgi(
        f"/api/{service}/v1/openapi.json", scene.platform.wsgi
    )
    ids, headers = scene.anything(caller="admin")
    found, asked = [], 0

    def answers_as_documented(case: Any) -> None:
        nonlocal asked
        asked += 1
        for name in case.path_parameters or {}:
            case.path_parameters[name] = ids.get(name, case.path_parameters[name])
        answer = case.call(headers=headers)
        checks = (*AS_DOCUMENTED, negative_data_rejection) if _is_wrong(case) else AS_DOCUMENTED
        case.validate_response(answer, checks=checks)

    for result in document.get_all_operations():
        operation = result.ok()
        try:
            _run(operation.as_strategy(generation_mode=mode), answers_as_documented)
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, f"{operation.label}: nothing could be asked"
        except (AssertionError, FailureGroup) as failure:
            found.append(f"{operation.label}: {failure}")

    assert not found, "\n\n".join(found)
    assert asked > EXAMPLES


def _is_wrong(case: Any) -> bool:
    """Whether something is wrong in what is sent, beside what is replaced."""
    return any(
        part.mode is GenerationMode.NEGATIVE and place not in REPLACED
        for place, part in case.meta.components.items()
    )


def _run(strategy: Any, check: Callable[[Any], None]) -> None:
    """Always the same requests, whatever ran before."""
    configured = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    seed(1)(configured(given(case=strategy)(check)))()
