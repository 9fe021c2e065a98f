"""The main job with a process a role, on PostgreSQL and RabbitMQ: what `make up` starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from deploy.up import Composed, Options, free_port
from deploy.walk import walk
from tests.support.databases import drop_database, dsn
from tests.support.queues import delete_queues
from tests.support.waiting import until
from tests.support.world import World

SERVICES = ("community", "events", "registrations", "notifications")
pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq, pytest.mark.slow]


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Composed, World]]:
    run = os.urandom(4).hex()
    options = Options(
        data=tmp_path_factory.mktemp("up"),
        database_url=os.environ["DATABASE_URL"],
        broker_url=os.environ["BROKER_URL"],
        port=free_port(),
        exchange=f"test-{run}",
        database_prefix=f"doithoai_test_{run}_",
        demo=True,
    )
    platform = Composed(options, say=lambda _: None)
    try:
        platform.start()
        community = dsn(
            make_url(options.database_url)
            .set(database=f"{options.database_prefix}community")
            .render_as_string(hide_password=False)
        )
        yield (
            platform,
            World.begin(
                options.public_url,
                community_database=community,
                secrets=Path(options.data) / "secrets",
            ),
        )
    finally:
        platform.stop()
        delete_queues(options.broker_url, options.exchange, *SERVICES)
        for service in SERVICES:
            drop_database(
                dsn(
                    make_url(options.database_url)
                    .set(database=f"{options.database_prefix}{service}")
                    .render_as_string(hide_password=False)
                )
            )


def test_the_main_job_is_walked_with_a_process_a_role(composed: tuple[Composed, World]) -> None:
    """The same walk as the demo's, through the same addresses."""
    _, world = composed
    said: list[str] = []

    walk(world.base_url, world.cast(), say=said.append, now=datetime.now(UTC))

    assert len(said) >= 11


@pytest.mark.parametrize(
    "part",
    ["registrations.relay", "notifications.consume", "notifications.work", "registrations.api"],
)
def test_a_killed_process_is_started_again_and_nothing_is_lost(
    composed: tuple[Composed, World], part: str
) -> None:
    """kill -9 of one role, a registration right after it, and its mail arrives."""
    platform, world = composed
    if "host" not in world.organisations:
        world.organisation("host")
    event = world.event(organisation="host", capacity=5)
    name = part.replace(".", "-")
    address = world.person(name, organisation="host")
    killed = platform.parts[part].process
    assert killed is not None
    killed.kill()
    killed.wait()

    until(lambda: _registered(world, event["id"], name), seconds=30, what="the registration")

    until(
        lambda: any("Đối thoại" in mail["subject"] for mail in world.admin.mails(address)),
        seconds=30,
        what="the confirmation",
    )
    assert len(world.admin.mails(address)) == 1


def _registered(world: World, event_id: str, name: str) -> bool:
    import httpx2

    answer = httpx2.post(
        f"{world.base_url}/api/registrations/v1/offers/{event_id}/registrations",
        json={"name": "Ada"},
        headers={"Authorization": f"Bearer {world.token(name)}", "Idempotency-Key": f"{name}-once"},
        timeout=10,
        trust_env=False,
    )
    return answer.status_code == 201
