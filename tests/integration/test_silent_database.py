"""A network to PostgreSQL that swallows bytes and resets nothing: no call waits for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from shared.database.bounded import BoundedConnection
from shared.database.engine import create_engine
from tests.support.databases import dsn, postgresql_url
from tests.support.proxy import Wire

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
