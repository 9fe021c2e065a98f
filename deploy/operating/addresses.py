"""Where a deployment keeps its databases and its broker, as a folder or the environment says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from environs import EnvError, FileAwareEnv
from sqlalchemy.engine import make_url

from deploy.secrets import DATABASES
from shared.clock import SystemClock
from shared.database.engine import create_engine
from shared.database.unit_of_work import Database
from shared.messaging.operating import TABLES
from shared.messaging.wake import wake_for

EXCHANGE = "doithoai"


class Unsaid(Exception):
    """Nobody said where something is, or it is not there; the text says what to set."""


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The databases by service, and RabbitMQ; no `broker_url` where the queues are inside the platform's process."""

    databases: Mapping[str, str]
    broker_url: str | None
    exchange: str

    def of(self, service: str | None) -> Addresses:
        """Those of one service alone, or all of them; Unsaid for a service that is not here."""
        if service is None:
            return self
        if service not in self.databases:
            raise Unsaid(f"no service is called {service}; there are {', '.join(self.databases)}")
        return Addresses(
            databases={service: self.databases[service]},
            broker_url=self.broker_url,
            exchange=self.exchange,
        )


def in_folder(data: Path) -> Addresses:
    """The embedded platform's; Unsaid where no folder holds them."""
    if not any((data / f"{name}.db").is_file() for name in DATABASES):
        raise Unsaid(
            f"no embedded platform keeps its databases in {data}; name its folder with --data"
        )
    return Addresses(
        databases={name: f"sqlite:///{data / name}.db" for name in DATABASES},
        broker_url=None,
        exchange=EXCHANGE,
    )


def in_environment(service: str | None = None) -> Addresses:
    """As docker-compose.yml names them, each `NAME` or `NAME_FILE`; Unsaid names all that are missing.

    SERVICES says which there are. The database of each is `<SERVICE>_DATABASE_URL`, else DATABASE_URL with
    `{service}` where the service's name stands.
    """
    env = FileAwareEnv(strip_whitespace=True)
    try:
        services = [service] if service else env.list("SERVICES", list(DATABASES))
        template = env.str("DATABASE_URL", "")
        own = {name: env.str(f"{name.upper()}_DATABASE_URL", "") for name in services}
        broker_url, exchange = env.str("BROKER_URL", ""), env.str("EXCHANGE", EXCHANGE)
    except (EnvError, ValueError) as error:
        raise Unsaid(str(error)) from error
    if "{service}" in template:
        own = {name: url or template.replace("{service}", name) for name, url in own.items()}
    _complain_of([name for name, url in own.items() if not url])
    return Addresses(databases=own, broker_url=broker_url or None, exchange=exchange)


def open_database(service: str, url: str) -> Database:
    """The database of a service, for whoever looks at its messages; Unsaid where no such file or kind is."""
    try:
        parsed = make_url(url)
        # SQLite would make the file.
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            raise Unsaid(f"{service}: there is no database {parsed.database}")
        engine = create_engine(url, pool_size=1)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise Unsaid(f"{service}: its database's address cannot be used") from error
    return Database(service, engine, TABLES, wake_for(engine), SystemClock(), ())


def _complain_of(missing: Sequence[str]) -> None:
    if missing:
        names = ", ".join(f"{name.upper()}_DATABASE_URL" for name in missing)
        raise Unsaid(
            f"where are the databases? Set {names} (or each with _FILE), or DATABASE_URL with {{service}} in it, "
            "or name the embedded platform's folder with --data"
        )
