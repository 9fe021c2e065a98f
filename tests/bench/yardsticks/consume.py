"""pika and psycopg alone: one message, one transaction with two inserts, one acknowledgement.

`python -m tests.bench.yardsticks.consume` does it until it is ended, and notes when each was committed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import psycopg
import uuid_utils
from pika import SelectConnection, URLParameters

PREFETCH = 400


def consume(
    url: str,
    queue: str,
    database_url: str,
    *,
    count: int | None = None,
    committed: Callable[[int], object] = lambda _: None,
) -> float:
    """Consume so many messages (None: for ever); the seconds from the first until the last is committed."""
    with psycopg.connect(database_url) as database:
        run = _Run(url, queue, database, count, committed)
        run.connection.ioloop.start()
    return run.ended - run.began


class _Run:
    def __init__(
        self,
        url: str,
        queue: str,
        database: psycopg.Connection,
        count: int | None,
        committed: Callable[[int], object],
    ) -> None:
        self.began = self.ended = 0.0
        self._queue, self._database = queue, database
        self._left, self._committed = count, committed
        self.connection = SelectConnection(
            URLParameters(url),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._opened),
            on_close_callback=lambda connection, _: connection.ioloop.stop(),
        )

    def _opened(self, channel: Any) -> None:
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume(self._queue, self._on_message)

    def _on_message(self, channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        self.began = self.began or time.perf_counter()
        event = json.loads(body)
        number = event["data"]["number"]
        with self._database.transaction():
            new = self._database.execute(
                "INSERT INTO inbox (message_id, type, subject, received_at)"
                " VALUES (%s, %s, %s, now()) ON CONFLICT DO NOTHING",
                (event["id"], event["type"], event["subject"]),
            )
            if new.rowcount:
                self._database.execute(
                    "INSERT INTO effects (id, subject, number) VALUES (%s, %s, %s)",
                    (str(uuid_utils.uuid7()), event["subject"], number),
                )
        self._committed(number)
        channel.basic_ack(method.delivery_tag)
        if self._left is not None:
            self._left -= 1
            if not self._left:
                self.ended = time.perf_counter()
                self.connection.close()


if __name__ == "__main__":
    with open(os.environ["NOTES"], "a", buffering=1) as notes:  # noqa: PTH123 - as plain as can be

        def note(number: int) -> None:
            notes.write(f"{number} {time.monotonic_ns()}\n")

        consume(
            os.environ["BROKER_URL"],
            os.environ["QUEUE"],
            os.environ["DATABASE_URL"],
            committed=note,
        )
