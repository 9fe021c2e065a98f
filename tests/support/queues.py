"""Removing what a test declared on a broker that others use too."""

from __future__ import annotations

from kombu.connection import Connection

from shared.messaging.topology import topology


def delete_queues(url: str, exchange: str, *services: str) -> None:
    """Delete the exchange and the queues of these services."""
    with (
        Connection(url.replace("amqp://", "pyamqp://", 1)) as connection,
        connection.channel() as channel,
    ):
        for service in services:
            house = topology(exchange=exchange, service=service, types=())
            for queue in reversed(house.queues):
                channel.queue_delete(queue.name)
        channel.exchange_delete(exchange)


def purge(url: str, queue: str) -> None:
    """Empty a queue."""
    with (
        Connection(url.replace("amqp://", "pyamqp://", 1)) as connection,
        connection.channel() as channel,
    ):
        channel.queue_purge(queue)
