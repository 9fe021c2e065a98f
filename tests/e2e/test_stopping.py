"""A consumer that is told to stop in the middle of its work: what it committed is acknowledged, the rest is the queue's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from deploy.up import free_port
from shared.ids import new_id
from shared.messaging.message import Message
from shared.messaging.pika_adapter import PikaBroker
from shared.messaging.topology import topology
from tests.bench.yardsticks.publish import publish
from tests.support.commands import ROOT, environment, python
from tests.support.databases import dsn
from tests.support.queues import delete_queues
from tests.support.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]

MESSAGES, TYPE = 3000, "organisation.changed"


def changed(number: int) -> tuple[str, bytes]:
    about = str(new_id())
    message = Message(
        type=TYPE,
        source="community",
        subject=about,
        sequence=1,
        data={"id": about, "name": f"Đơn vị {number}", "short_name": None},
        time=datetime.now(UTC),
    )
    return message.id, message.encode()


def test_sigterm_in_the_middle_leaves_nothing_between_inbox_and_queue(
    scratch_database: Callable[[], str],
) -> None:
    """Within ten seconds it has finished its batch, acknowledged it and closed: no message is in both, none in neither."""
    url, broker_url = scratch_database(), os.environ["BROKER_URL"]
    exchange = f"test-{os.urandom(5).hex()}"
    settings = {
        "DATABASE_URL": url,
        "BROKER_URL": broker_url,
        "EXCHANGE": exchange,
        "HEALTH_PORT": str(free_port()),
    }
    assert python("-m", "services.events", "migrate", **settings).returncode == 0
    house = topology(exchange=exchange, service="events", types=(TYPE,))
    (queue,) = (one.name for one in house.queues if not one.name.endswith(".dead"))
    with (
        closing(PikaBroker(broker_url, exchange=exchange)) as broker,
        psycopg.connect(dsn(url), autocommit=True) as connection,
    ):
        broker.declare(house)
        try:
            publish(broker_url, exchange, TYPE, [changed(number) for number in range(MESSAGES)])

            def handled() -> int:
                return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])

            command = [sys.executable, "-m", "services.events", "consume"]
            with subprocess.Popen(command, cwd=ROOT, env=environment(**settings)) as process:
                until(handled, seconds=30)
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0

            at_the_stop = handled()
            assert 0 < at_the_stop < MESSAGES
            until(lambda: broker.depths([queue])[0].ready == MESSAGES - at_the_stop)
        finally:
            delete_queues(broker_url, exchange, "events")
