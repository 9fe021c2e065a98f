"""The house keeps its shape: boundaries, messages with both ends, migrations, settings and generated pages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy import contracts, docs
from deploy.embedded import SERVICES
from services.web.settings import Settings as WebSettings
from shared.database.engine import create_engine
from shared.database.migrations import differences, heads
from shared.process import Service
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
BY_NAME = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def tracked(*patterns: str) -> Iterator[Path]:
    """The project's own files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name


def test_every_subscription_has_a_publisher_that_names_the_subscriber() -> None:
    """And whoever is named as a consumer subscribes: in both directions."""
    subscribed = defaultdict(set)
    for service in SERVICES:
        for type_ in service.handlers.types:
            subscribed[type_].add(service.name)
    declared = {
        type_.name: set(type_.consumed_by)
        for types in contracts.PUBLISHED.values()
        for type_ in types
    }

    assert {name: who for name, who in declared.items() if who} == dict(subscribed)


def test_no_message_type_is_published_by_two_services() -> None:
    """A type has one owner."""
    names = [type_.name for types in contracts.PUBLISHED.values() for type_ in types]
    assert len(names) == len(set(names))


@BY_NAME
def test_a_migration_tree_has_one_head(service: Service) -> None:
    """Two would leave it to chance which comes last."""
    assert len(heads(service.name)) == 1


@BY_NAME
def test_the_models_alone_name_every_table(service: Service) -> None:
    """A new revision is written by comparing them with the database: a table that they do not name, it would drop."""
    shown = f"from services.{service.name}.models import Base; print(*sorted(Base.metadata.tables))"

    found = subprocess.run(
        [sys.executable, "-c", shown], capture_output=True, text=True, check=True
    )

    assert found.stdout.split() == sorted(service.metadata.tables)


@BY_NAME
def test_the_migrated_database_is_what_the_models_say(
    service: Service, database_url: Callable[[str], str]
) -> None:
    """On both databases."""
    engine = create_engine(database_url(service.name))
    found = differences(service.name, engine, service.metadata)
    engine.dispose()
    assert found == []


@pytest.mark.parametrize(
    "settings",
    [*(service.settings for service in SERVICES), WebSettings],
    ids=lambda settings: settings.service,
)
def test_every_setting_is_documented(settings: type[Settings]) -> None:
    """In the code and on the page."""
    page = (ROOT / "docs" / "settings.md").read_text()
    for row in settings.documented():
        assert row.doc, row.name
        assert f"`{row.name}`" in page, f"{row.name}: run `make docs`"


def test_the_generated_pages_are_what_the_code_says() -> None:
    """`make docs` writes them."""
    stale = [
        str(path.relative_to(ROOT))
        for path, text in docs.pages()
        if not path.exists() or path.read_text() != text
    ]
    assert stale == []


def test_nothing_in_code_names_a_district_or_a_ward() -> None:
    """Areas are data."""
    names = re.compile(
        r"An Đông|Chợ Lớn|Chợ Quán|Quận 5|District 5|an-dong|cho-lon|cho-quan|quan-5"
    )
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("services", "shared", "deploy/*.py")
        if path.suffix in (".py", ".html", ".js", ".css", ".mjml", ".txt", ".po")
        and names.search(path.read_text())
    ]
    assert found == []


def test_no_module_is_named_after_what_it_might_do() -> None:
    """No manager, helper or utils; no name of the standard library's calendar, email, logging."""
    banned = re.compile(
        r"(service|manager|helpers?|utils?|common|misc|calendar|email|logging)\.py$"
    )
    assert [
        str(p.relative_to(ROOT))
        for p in tracked("services", "shared", "deploy")
        if banned.search(p.name)
    ] == []


def test_operations_never_commit() -> None:
    """Whoever opened the unit of work does."""
    found = [
        str(p.relative_to(ROOT))
        for p in tracked("services/*/operations*")
        if p.suffix == ".py" and ".commit(" in p.read_text()
    ]
    assert found == []


def test_queries_stand_in_repositories_alone() -> None:
    """`select(` anywhere else is a query that nobody finds."""
    found = [
        str(p.relative_to(ROOT))
        for p in tracked("services")
        if p.suffix == ".py"
        and "migrations" not in p.parts
        and "repositor" not in str(p)
        and re.search(r"\bselect\(", p.read_text())
    ]
    assert found == []


def test_the_clock_is_asked_in_one_place() -> None:
    """`datetime.now()` elsewhere cannot be tested."""
    found = [
        str(p.relative_to(ROOT))
        for p in tracked("services", "shared")
        if p.suffix == ".py" and p.name != "clock.py" and "datetime.now(" in p.read_text()
    ]
    assert [name for name in found if name != "shared/messaging/message.py"] == []
