"""A broker without threads and without time: it keeps what was published, and hands it over as chance has it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.messaging.broker import Delivery, HandleBatch, Outgoing, Receipt
from shared.messaging.topology import Topology
from tests.simulation.chance import Chance, Crash

# How far a message may be overtaken, and for how many looks at its queue it may stay away.
WINDOW = 8
LONGEST_DELAY = 12


@dataclass(eq=False, slots=True)
class Held:
    """A copy of a message in one queue."""

    message: Outgoing
    given_out: int = 0
    redelivered: bool = False
    away: int = 0


class VirtualBroker:
    """The publishing side of the broker port, and queues that are worked off step by step.

    It outlives every process. As RabbitMQ does, it counts what was given out and never acknowledged, and
    moves a message to the dead-letter queue when its queue's limit is passed.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._queues: dict[str, list[Held]] = {}
        self._limits: dict[str, tuple[int, str]] = {}
        self._bindings: dict[str, list[str]] = {}
        self._bound = True
        # Everything that a relay ever offered, in that order: each message once.
        self.offered: dict[str, Outgoing] = {}

    # The port

    def declare(self, topology: Topology) -> None:
        # kombu's types know nothing of its queues' arguments.
        queues: Sequence[Any] = topology.queues
        for queue in queues:
            self._queues.setdefault(queue.name, [])
            arguments = queue.queue_arguments
            if dead := arguments.get("x-dead-letter-routing-key"):
                self._limits[queue.name] = (arguments["x-delivery-limit"], dead)
            for one in queue.bindings:
                self._bindings.setdefault(one.routing_key, []).append(queue.name)

    def publish(self, batch: Sequence[Outgoing], *, timeout: float = 10.0) -> list[Receipt]:
        for message in batch:
            self.offered.setdefault(message.id, message)
        if self._chance.hits("crash"):
            raise Crash("before the broker took anything")
        receipts = [self._publish(message) for message in batch]
        if self._chance.hits("crash"):
            raise Crash("after the broker took what was published")
        return receipts

    def consume(
        self, queue: str, handle_batch: HandleBatch, *, stop: threading.Event, batch: int = 200
    ) -> None:
        raise NotImplementedError("take, acknowledge and give_back stand for it")

    def ping(self, timeout: float = 2.0) -> bool:
        return True

    def close(self) -> None:
        pass

    # The queues, worked off by whoever drives the run

    def take(self, queue: str) -> list[Held]:
        """Some messages for one consumer, mostly from the head of the queue; when all is calm, everything."""
        held = self._queues[queue]
        if self._chance.is_calm:
            self._queues[queue] = []
            return held
        for one in held:
            if not one.away and self._chance.hits("delay"):
                one.away = self._chance.random.randint(1, LONGEST_DELAY)
        window = [one for one in held if not one.away][:WINDOW]
        for one in held:
            one.away = max(one.away - 1, 0)
        if len(window) > 1 and self._chance.hits("disorder"):
            self._chance.random.shuffle(window)
        taken = window[: self._chance.random.randint(1, WINDOW)]
        for one in taken:
            held.remove(one)
        return taken

    def give_back(self, queue: str, taken: Sequence[Held], *, lost: bool) -> None:
        """Not acknowledged: back to its place. `lost`: it was given out in vain, which counts."""
        limit = self.limit(queue)
        kept = []
        for one in taken:
            one.redelivered = True
            one.given_out += lost
            if limit is not None and one.given_out > limit:
                self._chance.happened["dead_letter"] += 1
                self._queues[self._limits[queue][1]].append(Held(one.message))
            else:
                kept.append(one)
        self._queues[queue][:0] = kept

    def limit(self, queue: str) -> int | None:
        """How often a queue gives out a message in vain before it goes to the dead letters."""
        return self._limits[queue][0] if queue in self._limits else None

    def unbind(self) -> None:
        """No queue is bound any more; what is in the queues stays there."""
        self._bound = False

    def bind(self) -> None:
        self._bound = True

    def is_empty(self, queue: str) -> bool:
        return not self._queues[queue]

    def _publish(self, message: Outgoing) -> Receipt:
        if self._chance.hits("refused_publish"):
            return Receipt.REFUSED
        queues = self._bindings.get(message.type, []) if self._bound else []
        if not queues:
            return Receipt.UNROUTABLE if message.mandatory else Receipt.CONFIRMED
        for name in queues:
            self._put(name, message)
            while self._chance.hits("repeat"):
                self._put(name, message)
        return Receipt.REFUSED if self._chance.hits("lost_confirm") else Receipt.CONFIRMED

    def _put(self, name: str, message: Outgoing) -> None:
        queue = self._queues[name]
        back = self._chance.random.randint(0, WINDOW) if self._chance.hits("disorder") else 0
        queue.insert(max(len(queue) - back, 0), Held(message))


def delivery(held: Held, *, dead: bool = False) -> Delivery:
    """What a consumer gets to see."""
    return Delivery(
        body=held.message.body,
        redelivered=held.redelivered,
        message_id=held.message.id,
        delivery_count=held.given_out,
        dead=dead,
    )
