"""Settings: a frozen dataclass per service, read from the environment, each with its documentation.

A name is read from `NAME`, or from the file that `NAME_FILE` points to (how containers get secrets).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self, get_type_hints

from environs import EnvError, FileAwareEnv

from shared.tokens import load_key


def setting(
    default: Any = dataclasses.MISSING, *, doc: str, secret: bool = False, key: bool = False
) -> Any:
    """A field that is read from the environment; without a default it must be set. A `key` must be one that signs."""
    return dataclasses.field(
        default=default, metadata={"doc": doc, "secret": secret, "key": key}, repr=not secret
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Documented:
    """One row of the settings' documentation."""

    name: str
    default: str
    doc: str
    secret: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What every service needs; each adds its own."""

    service: ClassVar[str]

    database_url: str = setting(
        doc="The service's own database: postgresql://… or sqlite:///path", secret=True
    )
    broker_url: str = setting(
        "memory://",
        doc="amqp(s)://… is RabbitMQ; memory:// the broker inside the process",
        secret=True,
    )
    exchange: str = setting(
        "doithoai", doc="Name of the topic exchange; queues carry it as their prefix"
    )
    services: tuple[str, ...] = setting(
        ("community", "events", "registrations", "notifications"),
        doc="The services that this deployment runs; a message that one of them subscribes to must be routable",
    )
    public_url: str = setting(
        "http://127.0.0.1:8000",
        doc="Where people reach the portal; links in mails start with it, and https://… makes its cookies secure",
    )
    community_url: str = setting(
        "http://127.0.0.1:8000/api/community",
        doc="Base address of community, for its keys and its API",
    )
    client_secret: str = setting(
        "", doc="This service's secret for a token of its own", secret=True
    )
    host: str = setting("127.0.0.1", doc="Address that the api role listens on")
    port: int = setting(8000, doc="Port of the api role")
    health_port: int = setting(
        9000, doc="Port of /readyz and /metrics of the relay, consume and work roles"
    )
    workers: int = setting(1, doc="Processes of the api role")
    threads: int = setting(16, doc="Threads of each process of the api role")
    log_format: str = setting("json", doc="json, or console for people")

    @classmethod
    def from_env(cls) -> Self:
        """Read every field from the environment; a missing or malformed one raises `environs.EnvError`."""
        return cls(**cls.read_from_env({field.name for field in dataclasses.fields(cls)}))

    @classmethod
    def read_from_env(cls, names: set[str]) -> dict[str, Any]:
        """The values of some fields, as the environment (or the default) has them."""
        env = FileAwareEnv(strip_whitespace=True)
        read: dict[Any, Callable[..., Any]] = {
            str: env.str,
            int: env.int,
            bool: env.bool,
            tuple[str, ...]: env.list,
        }
        hints = get_type_hints(cls)
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            if field.name not in names:
                continue
            name, reader = field.name.upper(), read[hints[field.name]]
            default = () if field.default is dataclasses.MISSING else (field.default,)
            try:
                value = reader(name, *default)
                if field.metadata["key"]:
                    load_key(value)
            except EnvError:
                raise
            except ValueError as error:
                raise EnvError(f"{name}: {error}") from error
            values[field.name] = tuple(value) if isinstance(value, list) else value
        return values

    @classmethod
    def documented(cls) -> Iterator[Documented]:
        """The rows of docs/settings.md."""
        for field in dataclasses.fields(cls):
            default = "required" if field.default is dataclasses.MISSING else field.default
            shown = ",".join(default) if isinstance(default, tuple) else str(default)
            yield Documented(
                field.name.upper(), shown, field.metadata["doc"], field.metadata["secret"]
            )
