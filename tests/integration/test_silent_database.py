"""A network to PostgreSQL that swallows bytes and resets nothing: no call waits for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from shared.database.bounded import BoundedConnection
from shared.database.engine import create_engine
from shared.messaging.broker import connect
from shared.messaging.relay import Relay
from tests.support.databases import dsn, postgresql_url
from tests.support.proxy import Wire
from tests.support.toy import toy
from tests.support.waiting import until

pytestmark = pytest.mark.postgres


class Impatient(BoundedConnection):
    longest_silence = 0.5


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire(dsn(postgresql_url()))
    yield wire
    wire.close()


def test_a_server_that_falls_silent_is_given_up(wire: Wire) -> None:
    """And its connection is closed: a late answer is nobody's."""
    with Impatient.connect(wire.url, autocommit=True) as connection:
        connection.execute("SELECT 1")
        wire.swallow()
        start = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

        assert 0.4 < time.monotonic() - start < 3
        assert connection.closed


def test_a_slow_answer_within_the_time_is_waited_for(wire: Wire) -> None:
    """Longer than the pauses in which the driver looks around."""
    with Impatient.connect(wire.url, autocommit=True) as connection:
        assert connection.execute("SELECT 7 FROM pg_sleep(0.3)").fetchone() == (7,)


def test_services_use_such_connections() -> None:
    """Those that the pool gives."""
    engine = create_engine(dsn(postgresql_url()))
    connection = engine.raw_connection()
    assert isinstance(connection.driver_connection, BoundedConnection)
    connection.close()
    engine.dispose()


def test_a_relay_that_vanished_gives_its_lock_to_the_one_that_stands_by(
    scratch_database: Callable[[], str],
) -> None:
    """Its machine is gone and no reset came: the server ends a session that is silent for too long."""
    url = scratch_database()
    wire = Wire(url)
    gone = toy(wire.url)
    engine = create_engine(url)
    stands_by = replace(gone.database, engine=engine)
    broker = connect("memory://", exchange="vanished")

    def takes_over() -> bool:
        with Relay(stands_by, broker)._active() as other:
            return other is not None

    try:
        with Relay(gone.database, broker, idle_seconds=2)._active() as held:
            assert held is not None
            assert not takes_over()
            wire.swallow()
            until(takes_over)
            wire.take_away()
    finally:
        broker.close()
        engine.dispose()
        gone.database.close()
        wire.close()
