"""Two platforms for a module, one for the storm and one that is told the same in order; and what happened in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from tests.simulation.platform import Platform
from tests.simulation.world import World
from tests.support.databases import ServiceDatabases


@pytest.fixture(scope="module")
def platforms(
    service_databases: ServiceDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Platform, Platform]]:
    folder: Path = tmp_path_factory.mktemp("platforms")

    def database_url(service: str) -> str:
        return service_databases.sqlite(service, folder)

    storm, serial = Platform(database_url), Platform(database_url)
    yield storm, serial
    storm.close()
    serial.close()


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[World], None]:
    """Counts what happened in a run, for the summary."""
    # A plain dict: it crosses from a worker of pytest-xdist.
    total: dict[str, int] = {}
    request.node.user_properties.append(("simulated", total))

    def count(world: World) -> None:
        for what, times in (*world.chance.happened.items(), ("seeds", 1)):
            total[what] = total.get(what, 0) + times

    return count


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """What the seeds went through, by file."""
    totals: dict[str, Counter[str]] = {}
    for report in terminalreporter.stats.get("passed", []):
        for name, counts in report.user_properties:
            if name == "simulated":
                totals.setdefault(report.nodeid.partition("::")[0], Counter()).update(counts)
    if totals:
        terminalreporter.section("simulated")
    for file, counts in sorted(totals.items()):
        terminalreporter.write_line(f"{file}: {counts.pop('seeds')} seeds")
        for what, count in counts.most_common():
            terminalreporter.write_line(f"{count:8} {what.replace('_', ' ')}")
