"""Handlers: routes for messages. A service lists them in its `handlers.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from shared.messaging.message import Message, Undecodable


@dataclass(frozen=True, slots=True)
class Handler:
    """One subscription: the fields that the service needs of a message type, and what it does with them."""

    type: str
    schema: ma.Schema
    run: Callable[[Any, dict[str, Any], Message], None]

    def __call__(self, uow: Any, message: Message) -> None:
        """Load the fields (Undecodable if they do not fit) and run, inside the caller's unit of work."""
        try:
            data = self.schema.load(message.data)
        except ma.ValidationError as error:
            raise Undecodable(
                f"{message.type} does not fit: {', '.join(map(str, error.messages_dict))}"
            ) from error
        self.run(uow, data, message)


class Handlers:
    """The subscriptions of one service."""

    def __init__(self) -> None:
        self._by_type: dict[str, Handler] = {}

    def handles(
        self, *types: str, schema: type[ma.Schema]
    ) -> Callable[
        [Callable[[Any, dict[str, Any], Message], None]],
        Callable[[Any, dict[str, Any], Message], None],
    ]:
        """Decorate a function `(uow, data, message)` as the handler of these message types.

        Fields that the schema does not name are ignored, so a publisher may add some.
        """

        def register(
            function: Callable[[Any, dict[str, Any], Message], None],
        ) -> Callable[[Any, dict[str, Any], Message], None]:
            for name in types:
                if name in self._by_type:
                    raise ValueError(f"two handlers for {name}")
                self._by_type[name] = Handler(name, schema(unknown=ma.EXCLUDE), function)
            return function

        return register

    def of(self, message: Message) -> Handler:
        """The handler of a message; Undecodable where the service does not know the type."""
        try:
            return self._by_type[message.type]
        except KeyError:
            raise Undecodable(f"unknown type: {message.type[:80]}") from None

    @property
    def types(self) -> tuple[str, ...]:
        """What the service's queue is bound for."""
        return tuple(sorted(self._by_type))

    def __iter__(self) -> Iterator[Handler]:
        return iter(self._by_type.values())
