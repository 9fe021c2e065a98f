"""A database that is away: nothing is half done, and the answer says when to come again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.up import free_port
from services.registrations.app import SERVICE
from shared.ids import new_id
from tests.service.registrations.conftest import TICKET_KEY
from tests.support.harness import Harness, Person, key_server, problem


@pytest.fixture
def away() -> Iterator[Harness]:
    """Registrations whose database nobody answers for."""
    harness = Harness(
        SERVICE,
        database_url=f"postgresql://postgres@127.0.0.1:{free_port()}/none",
        settings={"ticket_key": TICKET_KEY},
        community=key_server(),
    )
    yield harness
    harness.close()


def test_a_database_that_is_away_is_503_with_a_time_to_come_again(away: Harness) -> None:
    """For what is read and for what is written alike, in the caller's language."""
    event = new_id()

    read = away.get(f"/offers/{event}")
    written = away.post(
        f"/offers/{event}/registrations", {"name": "Ada"}, by=Person(), key="k", language="en"
    )

    for answer in (read, written):
        assert (answer.status_code, problem(answer)) == (503, "away")
        assert int(answer.headers["Retry-After"]) > 0
    assert "try again" in written.get_json(force=True)["detail"]


def test_the_service_is_alive_but_not_ready_meanwhile(away: Harness) -> None:
    """So that a supervisor keeps it, and a proxy sends nobody to it."""
    assert away.client.get("/healthz").status_code == 200
    ready = away.client.get("/readyz")
    assert (ready.status_code, ready.json["checks"]) == (503, {"database": False})
