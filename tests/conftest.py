"""Fixtures for every test: databases of both kinds, given out migrated and empty; servers, and what is skipped without them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from tests.support.databases import ServiceDatabases, create_database, drop_database
from tests.support.servers import Servers

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
_NEEDS = {"postgres": "DATABASE_URL", "rabbitmq": "BROKER_URL"}
_SERVERS = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """Find or start PostgreSQL and RabbitMQ, once, before any worker starts."""
    fast = "not postgres" in str(config.option.markexpr)
    if not hasattr(config, "workerinput") and not config.option.collectonly and not fast:
        servers = Servers()
        config.stash[_SERVERS] = servers
        servers.provide()
        if servers.missing and os.environ.get("CI") == "true":
            pytest.exit("; ".join(servers.missing.values()), returncode=1)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _SERVERS in config.stash:
        config.stash[_SERVERS].close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with one line each, what needs a server that is not to be had."""
    for item in items:
        for mark, variable in _NEEDS.items():
            if item.get_closest_marker(mark) and not os.environ.get(variable):
                item.add_marker(
                    pytest.mark.skip(reason=f"needs {mark}: set {variable}, or install it")
                )


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Count the tests by what they ran on."""
    passed = terminalreporter.stats.get("passed", [])
    counts = {
        "SQLite and the in-process broker (kombu), or neither": 0,
        "PostgreSQL": 0,
        "RabbitMQ (pika)": 0,
        "a browser": 0,
    }
    for report in passed:
        keys = report.keywords
        counts["PostgreSQL"] += "postgres" in keys
        counts["RabbitMQ (pika)"] += "rabbitmq" in keys
        counts["a browser"] += "browser" in keys
        counts["SQLite and the in-process broker (kombu), or neither"] += not {
            "postgres",
            "rabbitmq",
            "browser",
        } & set(keys)
    terminalreporter.section("passed, by what they ran on")
    for where, count in counts.items():
        terminalreporter.write_line(f"{count:5} on {where}")


@pytest.fixture(scope="session")
def service_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceDatabases]:
    databases = ServiceDatabases(tmp_path_factory.mktemp("databases"))
    yield databases
    databases.drop()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs on both databases."""
    return str(request.param)


@pytest.fixture
def database_url(
    backend: str, service_databases: ServiceDatabases, tmp_path: Path
) -> Callable[[str], str]:
    """The address of an empty, migrated database of a service."""

    def of(service: str) -> str:
        if backend == "sqlite":
            return service_databases.sqlite(service, tmp_path)
        return service_databases.postgresql(service)

    return of


@pytest.fixture
def scratch_database() -> Iterator[Callable[[], str]]:
    """Makes empty PostgreSQL databases that end with the test."""
    made: list[str] = []

    def make() -> str:
        made.append(create_database())
        return made[-1]

    yield make
    for url in made:
        drop_database(url)
