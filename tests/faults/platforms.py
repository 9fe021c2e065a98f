"""The platforms seen from outside: HTTP, captured mail, the figures that each service shows; and their processes."""

from __future__ import annotations

import contextlib
import math
import os
import re
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from amqp import Connection
from sqlalchemy.engine import make_url

from deploy.up import Composed, Options
from shared.tokens import Signer, load_key
from tests.support.asking import ask
from tests.support.embedded import Process
from tests.support.proxy import Wire
from tests.support.servers import PostgreSQL, RabbitMQ
from tests.support.waiting import until
from tests.support.world import World

SERVICES = ("community", "events", "registrations", "notifications")
_WAITING = re.compile(r'^doithoai_messages\{.*where="(\w+)"\} (\S+)$', re.MULTILINE)


# What a worker had claimed when it died waits for the end of its lease: too long for a quick run (variants.py).
SHORT_LEASE = "short-lease"
_VARIANT = (sys.executable, "-m", "tests.faults.variants")


class Mails:
    """The captured mails, counted by (address, subject); each file is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[str] = set()
        self._counted: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def counted(self) -> Counter[tuple[str, str]]:
        with self._lock:
            names = {one.name for one in os.scandir(self._folder) if one.name.endswith(".eml")}
            for name in names - self._read:
                with (self._folder / name).open("rb") as file:
                    head = BytesHeaderParser().parsebytes(file.read(4096))
                subject = str(make_header(decode_header(head["Subject"])))
                self._counted[parseaddr(head["To"])[1], subject] += 1
                self._read.add(name)
            return self._counted

    def about(self, titles: Iterable[str]) -> int:
        """How many have one of these titles in their subject."""
        ends = tuple(titles)
        return sum(n for (_, subject), n in self.counted().items() if subject.endswith(ends))

    def total(self) -> int:
        return self.counted().total()


class Site:
    """A running platform that people register on."""

    crowd = 100
    world: World
    mails: Mails
    base_url: str

    def begin(self, *, community_database: str, data: Path) -> None:
        """The administrator, a host, and people who register again and again for new events."""
        self.world = World.begin(
            self.base_url, community_database=community_database, secrets=data / "secrets"
        )
        self.mails = Mails(data / "outbox")
        self.world.organisation("host")
        self.people = [f"p{number:03}" for number in range(self.crowd)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda one: self.world.person(one, organisation="host"), self.people))

    def events(self, wishes: float, title: str) -> list[dict[str, Any]]:
        """New events for so many registrations; each has a title of its own."""
        titles = [f"{title} {number}" for number in range(math.ceil(wishes / self.crowd))]
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(self.event, titles))

    def event(self, title: str, *, capacity: int = 10_000) -> dict[str, Any]:
        """A new event that is open for registration."""
        self.organiser()
        return self.world.event(organisation="host", capacity=capacity, title={"vi": title})

    def organiser(self) -> str:
        """A token of the administrator, who uses it from now on, too: one from signing in lasts ten minutes."""
        claims = {
            "kind": "person",
            "sub": self.world.admin.person["id"],
            "roles": [],
            "doors": [],
            "admin": True,
            "language": "vi",
        }
        signer = Signer(load_key(self.world.signing_key))
        token, _ = signer.issue(claims, now=datetime.now(UTC))
        self.world.admin._http.headers["Authorization"] = f"Bearer {token}"
        return token

    def stored(self, event_id: str) -> list[dict[str, Any]]:
        """Every registration for an event, as its organiser sees them."""
        self.organiser()
        rows: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            page = self.world.admin.get(
                f"registrations/v1/offers/{event_id}/registrations?limit=200{more}"
            )
            rows, cursor = rows + page["items"], page["next"]
        return rows

    def waiting(self) -> Counter[str]:
        """How many messages wait in outboxes, failed, are unroutable or parked."""
        found: Counter[str] = Counter()
        for address in self._figures():
            figures = dict(_WAITING.findall(ask(address, timeout=20)[1]))
            if not figures:
                raise ConnectionError("a service does not show its figures")
            found.update({where: int(float(count)) for where, count in figures.items()})
        return found

    def _figures(self) -> Iterable[str]:
        raise NotImplementedError


class Platform(Site):
    """The composed platform. The broker, and the database of registrations, stand behind wires."""

    def __init__(
        self,
        data: Path,
        postgresql: PostgreSQL,
        rabbitmq: RabbitMQ,
        *,
        port: int,
        short_lease: bool,
    ) -> None:
        self.data, self.rabbitmq = data, rabbitmq
        self.to_broker, self.to_database = Wire(rabbitmq.url), Wire(postgresql.url)
        self.exchange = "faults"
        self._options = Options(
            data=data,
            database_url=postgresql.url,
            broker_url=self.to_broker.url,
            port=port,
            exchange=self.exchange,
            database_prefix="faults_",
            demo=True,
        )
        self.base_url = self._options.public_url
        self.composed = Composed(self._options, say=lambda _: None)
        if short_lease:
            self.composed.parts["notifications.work"].command = [
                *_VARIANT,
                "notifications",
                "work",
                SHORT_LEASE,
            ]
        self._commands = {name: part.command for name, part in self.composed.parts.items()}
        wired = make_url(self.to_database.url).set(database="faults_registrations")
        for name, part in self.composed.parts.items():
            if name.startswith("registrations."):
                part.environment["DATABASE_URL"] = wired.render_as_string(hide_password=False)

    def start(self, say: Callable[[str], None]) -> None:
        self.composed.start()
        say("  the composed platform answers")
        url = make_url(self._options.database_url).set(database="faults_community")
        self.begin(community_database=url.render_as_string(hide_password=False), data=self.data)

    def stop(self) -> None:
        # How they end in order is not asked here.
        self.composed._stop.set()
        for name in self.composed.parts:
            self.kill(name)
        self.composed.stop()
        self.to_broker.close()
        self.to_database.close()

    def heal(self) -> None:
        """Wires repaired, every process the usual one and ready; AssertionError where that does not come."""
        self.to_broker.repair()
        self.to_database.repair()
        for name, command in self._commands.items():
            if self.composed.parts[name].command != command:
                self.composed.parts[name].command = command
                self.kill(name)
        for name in self.composed.parts:
            until(lambda name=name: self.is_up(name), seconds=60, what=f"{name} to be ready")

    def kill(self, name: str, *, alone: bool = False) -> None:
        """kill -9 of a part: with all its processes, as the end of a container is, or of the first one `alone`."""
        process = self.composed.parts[name].process
        assert process is not None
        with contextlib.suppress(ProcessLookupError):
            (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
        process.wait()

    def replace(self, name: str, variant: str) -> None:
        """Run a part with a guard taken out, or with a death built in (variants.py), from now on."""
        service, role = name.split(".")
        self.composed.parts[name].command = [*_VARIANT, service, role, variant]
        self.kill(name)

    def usual(self, name: str) -> None:
        """From its next start on a part is the usual one again."""
        self.composed.parts[name].command = self._commands[name]

    def is_up(self, name: str, but: int | None = None) -> bool:
        """Whether a part is ready, in another process than `but`."""
        part = self.composed.parts[name]
        process = part.process
        return (
            process is not None
            and process.pid != but
            and process.poll() is None
            and ask(part.health)[0] == 200
            and part.process is process
        )

    def pid(self, name: str) -> int:
        process = self.composed.parts[name].process
        assert process is not None
        return process.pid

    def address(self, service: str) -> str:
        """Of a service's own API, without the gateway before it."""
        return self.composed.parts[f"{service}.api"].health.removesuffix("/readyz")

    def log(self, name: str) -> str:
        return self.composed.parts[name].log.read_text(errors="replace")

    def waiting(self) -> Counter[str]:
        found = super().waiting()
        address = make_url(self.rabbitmq.url)
        with Connection(f"{address.host}:{address.port}", connect_timeout=5) as connection:
            channel = connection.channel()
            for service in SERVICES:
                for queue in (f"{self.exchange}.{service}", f"{self.exchange}.{service}.dead"):
                    found["queued"] += channel.queue_declare(queue, passive=True).message_count
        return found

    def _figures(self) -> Iterable[str]:
        for service in SERVICES:
            yield f"{self.address(service)}/metrics"


class Embedded(Site):
    """The embedded platform, one process."""

    # Its disk is asked for each of them.
    crowd = 40

    def __init__(self, data: Path, *, short_lease: bool) -> None:
        self.data = data
        self.process = (
            Process(data, command=("-m", "tests.faults.variants")) if short_lease else Process(data)
        )
        self.base_url = self.process.base_url

    def start(self) -> None:
        self.process.start()
        self.begin(community_database=f"sqlite:///{self.data / 'community.db'}", data=self.data)

    def stop(self) -> None:
        self.process.kill()

    def _figures(self) -> Iterable[str]:
        for service in SERVICES:
            yield f"{self.base_url}/api/{service}/metrics"
