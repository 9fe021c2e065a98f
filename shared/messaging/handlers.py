"""Handlers: routes for messages. A service lists them in its `handlers.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import marshmallow as ma

from shared.messaging.message import Message, Undecodable

Run = Callable[[Any, dict[str, Any], Message], None]
RunMany = Callable[[Any, Sequence[tuple[dict[str, Any], Message]]], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """One subscription: the fields that the service needs of a message type, and what it does with them."""

    type: str
    schema: ma.Schema
    run: Run
    run_many: RunMany | None = None

    def load(self, message: Message) -> dict[str, Any]:
        """The fields, or Undecodable if they do not fit."""
        try:
            data: dict[str, Any] = self.schema.load(message.data)
        except ma.ValidationError as error:
            raise Undecodable(
                f"{message.type} does not fit: {', '.join(map(str, error.messages_dict))}"
            ) from error
        return data

    def __call__(self, uow: Any, message: Message) -> None:
        """Load the fields and run, inside the caller's unit of work."""
        self.run(uow, self.load(message), message)


class Handlers:
    """The subscriptions of one service."""

    def __init__(self) -> None:
        self._by_type: dict[str, Handler] = {}

    def handles(
        self, *types: str, schema: type[ma.Schema], many: RunMany | None = None
    ) -> Callable[[Run], Run]:
        """Decorate a function `(uow, data, message)` as the handler of these message types.

        Fields that the schema does not name are ignored, so a publisher may add some. `many` is the same work for
        several messages at once, as pairs (data, message) in their order: for what comes in volume. It is called for
        neighbours of one type, and where it fails, each is handled alone.
        """

        def register(function: Run) -> Run:
            for name in types:
                if name in self._by_type:
                    raise ValueError(f"two handlers for {name}")
                self._by_type[name] = Handler(name, schema(unknown=ma.EXCLUDE), function, many)
            return function

        return register

    def of(self, message: Message) -> Handler:
        """The handler of a message; Undecodable where the service does not know the type."""
        try:
            return self._by_type[message.type]
        except KeyError:
            raise Undecodable(f"unknown type: {message.type}") from None

    def neighbours(self, messages: Sequence[Message]) -> Iterator[tuple[Handler, list[Message]]]:
        """The messages in their order, those together that one `run_many` may take together."""
        for handler, group in groupby(messages, key=self.of):
            together = list(group)
            if handler.run_many is not None:
                yield handler, together
            else:
                for message in together:
                    yield handler, [message]

    @property
    def types(self) -> tuple[str, ...]:
        """What the service's queue is bound for."""
        return tuple(sorted(self._by_type))

    def __iter__(self) -> Iterator[Handler]:
        return iter(self._by_type.values())
