"""The operator's commands for messages, on both databases, with RabbitMQ and without, over what the real path left."""

from __future__ import annotations

import json
import os
import shutil
import threading
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from kombu.connection import Connection

from deploy.cli import main
from deploy.secrets import DATABASES
from services.events.app import SERVICE as EVENTS
from services.registrations.app import SERVICE as REGISTRATIONS
from shared.database.engine import create_engine
from shared.database.unit_of_work import Database
from shared.http.health import health
from shared.ids import new_id, time_of
from shared.messaging.broker import connect
from shared.messaging.life import Known, life
from shared.messaging.operating import Standing
from shared.messaging.relay import Relay
from shared.messaging.topology import topology
from shared.messaging.wake import wake_for
from tests.integration.test_message_path import WAYS, WholePath
from tests.service.events.conftest import Events
from tests.service.registrations.conftest import TICKET_KEY, Registrations
from tests.support.clocks import FixedClock
from tests.support.databases import ServiceDatabases
from tests.support.harness import Person, delivery, key_server
from tests.support.queues import delete_queues
from tests.support.toy import TABLES, UNWANTED, toy
from tests.support.waiting import until

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def doithoai(*arguments: str, **environment: str | None) -> Result:
    """`doithoai messages …` with this environment and nothing of the tests' own."""
    nothing: dict[str, str | None] = dict.fromkeys(
        ("DATA", "DATABASE_URL", "BROKER_URL", "EXCHANGE", "SERVICES")
    )
    return CliRunner().invoke(main, ["messages", *arguments], env=nothing | environment)


class Place:
    """The toy, what an operator is told of it, and the ways in which its messages get stuck."""

    def __init__(self, path: WholePath, clock: FixedClock, broker_url: str) -> None:
        self.path, self.toy, self.clock = path, path.toy, clock
        self.environment = {
            "SERVICES": "toy",
            "TOY_DATABASE_URL": self.toy.database.engine.url.render_as_string(hide_password=False),
            "BROKER_URL": broker_url,
            "EXCHANGE": path.exchange,
        }

    def ask(self, *arguments: str) -> Result:
        return doithoai(*arguments, **self.environment)

    def answer(self, *arguments: str) -> Any:
        return json.loads(self.ask(*arguments, "--json").stdout)

    def deliver(self, *bodies: bytes) -> None:
        self.path.consumer.handle_batch([delivery(body) for body in bodies])

    def take_outbox(self) -> list[bytes]:
        """What the relay would have taken to the broker."""
        with self.toy.database.engine.begin() as connection:
            outbox = TABLES.outbox
            rows = connection.execute(sa.select(outbox).order_by(outbox.c.id)).all()
            connection.execute(sa.delete(outbox))
        return [row.body.encode() for row in rows]

    def park(self, *numbers: int) -> list[str]:
        """Messages whose handler failed in vain for the last time; their ids."""
        self.toy.troubles.add("ill")
        self.toy.publish(*numbers, trouble="ill")
        bodies = self.take_outbox()
        self.deliver(*bodies)
        waits = TABLES.failed.c.next_attempt_at.is_not(None)
        while self.toy.count(TABLES.failed, waits):
            self.clock.advance(seconds=20)
            self.path.consumer.retry_due()
        self.toy.troubles.clear()
        return [json.loads(body)["id"] for body in bodies]

    def park_unroutable(self, *numbers: int) -> None:
        """As the relay does with what no queue wants though one should."""
        wanted = toy_beside(self.toy.database)
        wanted.publish(*numbers, type_=UNWANTED)
        relay = Relay(self.toy.database, self.path.broker)
        with relay._active() as connection:
            assert connection is not None
            relay.relay_batch(connection)

    def rows(self) -> list[Any]:
        """Everything that the tables hold."""
        with self.toy.database.engine.connect() as connection:
            return [
                list(connection.execute(sa.select(table)).all())
                for table in (TABLES.outbox, TABLES.unroutable, TABLES.inbox, TABLES.failed)
            ]


def toy_beside(database: Database) -> Any:
    """The toy in a deployment where somebody elsewhere subscribes, on the same tables."""
    from tests.support.toy import Toy

    deployed = ("toy", "elsewhere")
    return Toy(
        Database("toy", database.engine, database.tables, database.wake, database.clock, deployed)
    )


@pytest.fixture
def clock() -> FixedClock:
    """The commands ask the machine's clock; this one starts there."""
    return FixedClock(datetime.now(UTC))


@pytest.fixture(params=WAYS)
def place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    clock: FixedClock,
    scratch_database: Callable[[], str],
) -> Iterator[Place]:
    exchange = f"test-{os.urandom(4).hex()}"
    composed = request.param == "composed"
    url = scratch_database() if composed else f"sqlite:///{tmp_path}/toy.db"
    broker_url = os.environ["BROKER_URL"] if composed else f"memory://{exchange}"
    service = toy(url, clock=clock)
    broker = connect(broker_url, exchange=exchange)
    path = WholePath(service, broker, exchange)
    yield Place(path, clock, broker_url)
    path.close()
    broker.close()
    service.database.close()
    if composed:
        delete_queues(broker_url, exchange, "toy")


def test_status_is_0_while_nothing_needs_a_person(place: Place) -> None:
    """What waits for its next attempt, or has just been published, does not."""
    place.toy.troubles.add("ill")
    place.toy.publish(1, trouble="ill")
    place.deliver(*place.take_outbox())
    place.toy.publish(2)

    said = place.ask("status")

    assert said.exit_code == 0, said.output
    assert "Nothing needs a person." in said.output
    (found,) = place.answer("status")["services"]
    assert found == {
        "service": "toy",
        "database": "up",
        "outbox": 1,
        "oldest_seconds": found["oldest_seconds"],
        "unroutable": 0,
        "failed": 1,
        "parked": 0,
    }


def test_status_is_1_when_something_is_parked_or_unroutable(place: Place) -> None:
    """And says which service, and how many."""
    place.park(1, 2)
    place.park_unroutable(3)

    said = place.ask("status")

    assert said.exit_code == 1
    assert "! toy: 2 parked" in said.output
    assert "! toy: 1 unroutable" in said.output


def test_status_is_1_when_the_outbox_has_waited_for_more_than_five_minutes(
    place: Place, clock: FixedClock
) -> None:
    """Four minutes are none."""
    clock.advance(minutes=-4)
    place.toy.publish(1)
    assert place.ask("status").exit_code == 0

    clock.advance(minutes=-2)
    place.toy.publish(2)
    said = place.ask("status")

    assert said.exit_code == 1
    assert "the outbox has waited for 6 min" in said.output


@pytest.mark.parametrize("place", WAYS[1:], indirect=True)
def test_status_says_what_each_queue_holds_and_which_is_missing(place: Place) -> None:
    """Asked without touching anything."""
    place.toy.publish(*range(3))
    place.path.start("relay")
    until(lambda: place.toy.count(TABLES.outbox) == 0)
    name = f"{place.path.exchange}.toy"
    empty = {"consumers": 0, "problem": None}
    until(
        lambda: (
            place.answer("status")["queues"]
            == [
                {"queue": name, "ready": 3, **empty},
                {"queue": f"{name}.dead", "ready": 0, **empty},
            ]
        )
    )
    said = place.ask("status")
    assert said.exit_code == 1
    assert f"! queue {name}: 3 wait and nobody consumes" in said.output

    with Connection(place.environment["BROKER_URL"]) as connection:
        connection.default_channel.queue_delete(f"{name}.dead")
    said = place.ask("status")

    assert said.exit_code == 1
    assert f"! queue {name}.dead: NOT_FOUND" in said.output


@pytest.mark.parametrize("place", WAYS[1:], indirect=True)
def test_a_broker_that_is_away_is_said_and_the_figures_with_it(place: Place) -> None:
    """One part that is away hides no other."""
    place.environment["BROKER_URL"] = "amqp://guest:secret@127.0.0.1:1/"
    place.park(1)

    said = place.ask("status")

    assert said.exit_code == 1
    assert "! the broker does not answer" in said.output
    assert "! toy: 1 parked" in said.output
    assert "secret" not in said.output


def test_a_database_that_is_away_is_said_and_the_others_with_it(place: Place) -> None:
    """In the status; the other commands end with one line."""
    place.environment |= {"SERVICES": "toy,lost", "LOST_DATABASE_URL": NOWHERE}
    place.park(1)

    status, failed = place.ask("status"), place.ask("failed")

    assert status.exit_code == failed.exit_code == 1
    assert "! lost: its database does not answer" in status.output
    assert "! toy: 1 parked" in status.output
    assert failed.output.strip().count("\n") == 0
    assert "lost: its database does not answer" in failed.output


def test_failed_lists_what_waits_and_what_is_parked(place: Place) -> None:
    """By type, and the parked alone."""
    (parked,) = place.park(1)
    place.toy.troubles.add("ill")
    place.toy.publish(2, trouble="ill")
    place.deliver(*place.take_outbox())

    listed = place.answer("failed")

    assert [(one["subject"], one["state"], one["attempts"]) for one in listed] == [
        ("n1", "parked", 6),
        ("n2", "waiting", 1),
    ]
    assert [one["message_id"] for one in place.answer("failed", "--parked")] == [parked]
    assert len(place.answer("failed", "--type", "number.added")) == 2
    assert place.answer("failed", "--type", "number.other") == []
    text = place.ask("failed").output
    assert "RuntimeError" in text
    assert listed[0]["id"] in text


def test_a_type_that_this_release_does_not_know_is_listed_by_its_type(place: Place) -> None:
    """It was kept without one, since nobody could read it."""
    place.toy.publish(1)
    (body,) = place.take_outbox()
    place.deliver(json.dumps(json.loads(body) | {"type": "number.new", "subject": "n9"}).encode())

    assert [one["subject"] for one in place.answer("failed", "--type", "number.new")] == ["n9"]
    assert "number.new" in place.ask("trace", "n9").output
    assert "1 to replay, 0 refused" in place.ask("replay", "--type", "number.new").output


def test_show_tells_everything_about_a_parked_message(place: Place) -> None:
    """By its id, and by its row."""
    (parked,) = place.park(1)
    row = place.answer("failed")[0]["id"]

    shown, by_row = place.ask("show", parked), place.ask("show", row)

    assert shown.exit_code == 0
    assert shown.output.splitlines()[:3] == by_row.output.splitlines()[:3]
    assert f"{row}: parked for a person; 6 attempts" in shown.output
    assert '"specversion": "1.0"' in shown.output
    assert '"trouble": "ill"' in shown.output
    document = place.answer("show", parked)
    assert document["data"] == {"number": 1, "trouble": "ill"}
    assert document["envelope"]["source"] == "/toy"


def test_show_tells_of_a_handled_message_that_its_body_is_gone(place: Place) -> None:
    """Its id, type and subject are kept."""
    place.toy.publish(1)
    (body,) = place.take_outbox()
    place.deliver(body)

    said = place.ask("show", json.loads(body)["id"])

    assert "toy: handled at" in said.output
    assert "number.added" in said.output
    assert "Its body is no longer here" in said.output


@pytest.mark.parametrize(
    "change",
    [
        {"type": "\x1b]0;owned\x07", "data": {"\u202enumber": "\x9b2J\u2028", "\x7f": "\ud800"}},
        {"id": "\u202e\x1b[2J", "subject": "\u200f\U000e0041", "data": {"number": "\x9b"}},
        None,
    ],
    ids=["in a message", "in its id", "in bytes that are no message"],
)
def test_hostile_text_is_shown_and_does_nothing(
    place: Place, change: dict[str, Any] | None
) -> None:
    """No control, direction mark or half of a character reaches the terminal, from any command."""
    place.toy.publish(1)
    (body,) = place.take_outbox()
    hostile = b"\x1b[31mred\xff\x07\r\nnext" if change is None else b""
    place.deliver(
        hostile or json.dumps(json.loads(body) | (change or {}), ensure_ascii=True).encode()
    )
    (row,) = [one["id"] for one in place.answer("failed")]

    for arguments in (
        ("failed",),
        ("failed", "--json"),
        ("show", row),
        ("show", row, "--json"),
        ("replay", "--all"),
        ("status",),
    ):
        said = place.ask(*arguments)
        assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
        acting = [
            c
            for c in said.output
            if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"
        ]
        assert acting == [], arguments
    assert "\\u001b" in place.ask("show", row).output.casefold() or change is not None


def test_a_dry_run_changes_nothing(place: Place) -> None:
    """Whatever is asked for."""
    (parked,) = place.park(1)
    place.park_unroutable(2)
    before = place.rows()

    for arguments in (("--id", parked), ("--type", "number.added"), ("--all",)):
        said = place.ask("replay", *arguments)
        assert said.exit_code == 0, said.output
        assert "Nothing was changed; --yes does it." in said.output
    assert "would be dismissed" in place.ask("dismiss", parked).output

    assert place.rows() == before


def test_a_replayed_message_has_its_effect_and_a_handled_one_none(place: Place) -> None:
    """Once, however often it is replayed."""
    (parked,) = place.park(7)

    said = place.ask("replay", "--id", parked, "--yes")
    assert said.exit_code == 0
    assert "Replayed 1." in said.output
    place.path.consumer.retry_due()
    assert place.toy.effects() == [7]

    again = place.ask("replay", "--id", parked, "--yes")
    place.path.consumer.retry_due()

    assert again.exit_code == 0
    assert "was handled already; a replay has no effect" in again.output
    assert place.toy.effects() == [7]


def test_a_replayed_message_that_fails_again_has_all_its_attempts(place: Place) -> None:
    """And is parked again after them."""
    (parked,) = place.park(7)
    place.toy.troubles.add("ill")
    place.ask("replay", "--id", parked, "--yes")
    tries = 0
    while place.toy.count(TABLES.failed, TABLES.failed.c.next_attempt_at.is_not(None)):
        place.clock.advance(seconds=20)
        tries += place.path.consumer.retry_due()

    assert tries == 6
    assert [one["state"] for one in place.answer("failed")] == ["parked"]


def test_a_parked_message_that_was_handled_before_is_settled_without_another_attempt(
    place: Place,
) -> None:
    """It may have come back as a dead letter, though its effect was there."""
    place.toy.publish(7)
    (body,) = place.take_outbox()
    place.deliver(body)
    place.path.consumer.take_dead([delivery(body)])
    with place.toy.database.engine.begin() as connection:
        connection.execute(sa.update(TABLES.failed).values(next_attempt_at=None))

    said = place.ask("replay", "--all", "--yes")
    place.path.consumer.retry_due()

    assert "was handled already; it is settled without another attempt" in said.output
    assert place.toy.effects() == [7]
    assert place.ask("status").exit_code == 0


def test_an_unroutable_message_goes_out_again_through_the_outbox(place: Place) -> None:
    """In its order, after what is there; it comes back while nobody wants it."""
    place.park_unroutable(1, 2)
    place.toy.publish(3)

    said = place.ask("replay", "--all", "--yes")

    assert "Replayed 2." in said.output
    assert place.toy.count(TABLES.unroutable) == 0
    subjects = [json.loads(body)["subject"] for body in _bodies(place)]
    assert subjects == ["n3", "n1", "n2"]
    place.path.start("relay", "consume")
    until(lambda: place.toy.count(TABLES.outbox) == 0 and place.toy.effects() == [3])
    assert place.toy.count(TABLES.unroutable) == 2


def test_many_are_replayed_in_short_transactions_with_progress(place: Place) -> None:
    """In their order."""
    place.park(1)
    place.park_unroutable(*range(250))

    said = place.ask("replay", "--all", "--yes")

    assert "251 to replay" in said.output
    assert "… and 201 more" in said.output
    assert "Replayed 251." in said.stdout
    assert "Replaying" in said.stderr
    assert [json.loads(body)["data"]["number"] for body in _bodies(place)] == list(range(250))
    assert place.path.consumer.retry_due() == 1


def test_only_the_service_and_type_that_were_asked_for_are_replayed(place: Place) -> None:
    """Others stay parked."""
    place.park(1)
    place.park_unroutable(2)

    assert "Replayed 1." in place.ask("replay", "--type", "number.unwanted", "--yes").output
    assert place.answer("status")["services"][0]["parked"] == 1
    assert place.ask("replay", "--all", "--service", "elsewhere").exit_code == 1


def test_what_nobody_can_read_is_not_replayed_but_can_be_dismissed(place: Place) -> None:
    """Trying again cannot help; dismissed, it needs nobody any more."""
    place.deliver(b"not json")
    (row,) = [one["id"] for one in place.answer("failed", "--parked")]

    said = place.ask("replay", "--id", row, "--yes")
    assert said.exit_code == 1
    assert "refused: nobody can read it" in said.output
    assert place.ask("status").exit_code == 1

    assert place.ask("dismiss", row, "--yes").exit_code == 0
    assert place.ask("status").exit_code == 0
    assert place.ask("dismiss", row, "--yes").exit_code == 1
    assert "dismissed: not a CloudEvent" in place.ask("show", row).output
    assert "was dismissed; a replay has no effect" in place.ask("replay", "--id", row).output


def test_what_is_older_than_the_inbox_remembers_is_not_replayed(
    place: Place, clock: FixedClock
) -> None:
    """Nobody can say any more whether it was handled."""
    clock.advance(days=-91)
    (parked,) = place.park(7)

    said = place.ask("replay", "--id", parked, "--yes")
    place.path.consumer.retry_due()

    assert said.exit_code == 1
    assert "the inbox keeps ids for 90" in said.output
    assert place.toy.effects() == []


def test_an_id_that_nobody_knows_is_said_in_one_line(place: Place) -> None:
    """With how long things are known."""
    for arguments in (("show",), ("replay", "--yes", "--id"), ("dismiss",), ("trace",)):
        said = place.ask(*arguments, str(new_id()))
        assert said.exit_code == 1
        assert len(said.output.strip().splitlines()) == 1
        assert "kept for 90 days" in said.output


@pytest.mark.parametrize(
    ("arguments", "environment", "names"),
    [
        (("failed",), {}, ("EVENTS_DATABASE_URL", "{service}", "--data")),
        (("failed",), {"DATABASE_URL": NOWHERE}, ("EVENTS_DATABASE_URL", "{service}")),
        (("failed",), {"EVENTS_DATABASE_URL_FILE": "/no/such/file"}, ("EVENTS_DATABASE_URL_FILE",)),
        (("failed", "--service", "events"), {"EVENTS_DATABASE_URL": NOWHERE}, ("events:",)),
        (("failed", "--service", "events"), {"EVENTS_DATABASE_URL": "sqlite:///no.db"}, ("no.db",)),
        (("failed", "--service", "events"), {"EVENTS_DATABASE_URL": "mysql://x/y"}, ("events:",)),
        (("failed", "--data", "/no/such/folder"), {}, ("/no/such/folder", "--data")),
        (("status",), {"DATABASE_URL": "postgresql://x/{service}"}, ("BROKER_URL",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple | dict) else value,
)
def test_what_is_not_set_or_not_there_is_said_in_one_line(
    arguments: tuple[str, ...], environment: dict[str, str], names: tuple[str, ...]
) -> None:
    """With what to set, and no password."""
    said = doithoai(*arguments, **environment)

    assert said.exit_code == 1
    assert len(said.output.strip().splitlines()) == 1
    assert all(name in said.output for name in names), said.output


def test_a_folder_of_the_embedded_platform_is_looked_at_as_it_lies(
    tmp_path: Path, service_databases: ServiceDatabases
) -> None:
    """Its four databases, and no queue: they are inside its process."""
    folder = tmp_path / "data"
    folder.mkdir()
    for service in DATABASES:
        copy = service_databases.sqlite(service, tmp_path).removeprefix("sqlite:///")
        shutil.copy(copy, folder / f"{service}.db")

    said = doithoai("status", "--data", str(folder))

    assert said.exit_code == 0, said.output
    assert all(service in said.output for service in DATABASES)
    assert doithoai("failed", "--data", str(folder), "--service", "events").exit_code == 0


def test_addresses_come_from_files_as_containers_have_them(place: Place, tmp_path: Path) -> None:
    """NAME_FILE for NAME; and one address for all services with {service} in it."""
    url = place.environment.pop("TOY_DATABASE_URL")
    (tmp_path / "url").write_text(url + "\n")
    place.park(1)

    by_file = doithoai("failed", **place.environment, TOY_DATABASE_URL_FILE=str(tmp_path / "url"))
    assert "n1" in by_file.output
    if url.startswith("sqlite"):
        template = url.replace("toy.db", "{service}.db")
        assert "n1" in doithoai("failed", **place.environment, DATABASE_URL=template).output


class Deployment:
    """Registrations and events, with their own databases and one broker."""

    def __init__(
        self, registrations: Registrations, events: Events, environment: dict[str, str]
    ) -> None:
        self.registrations, self.events, self.environment = registrations, events, environment

    def wait_for(self, subject: object, *, handled: int) -> None:
        """Until events has handled so many messages about a subject, and the relay has let go of them."""
        inbox = self.events.database.tables.inbox
        query = sa.select(sa.func.count()).where(inbox.c.subject == str(subject))

        def done() -> bool:
            with self.events.database.engine.connect() as connection:
                reached = connection.scalar(query) == handled
            return reached and self.registrations.count("outbox") == 0

        until(done, what=f"{handled} messages about {subject}")

    def trace(self, *arguments: str) -> list[dict[str, Any]]:
        said = doithoai("trace", *arguments, "--json", **self.environment)
        assert said.exit_code == 0, said.output
        return list(json.loads(said.stdout))


@pytest.fixture(params=WAYS)
def deployment(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    clock: FixedClock,
    service_databases: ServiceDatabases,
) -> Iterator[Deployment]:
    """Messages of registrations flow to events."""
    composed = request.param == "composed"
    exchange = f"test-{os.urandom(4).hex()}"
    urls = {
        service: service_databases.postgresql(service)
        if composed
        else service_databases.sqlite(service, tmp_path)
        for service in ("registrations", "events")
    }
    common: dict[str, Any] = {"services": ("registrations", "events")}
    registrations = Registrations(
        REGISTRATIONS,
        database_url=urls["registrations"],
        clock=clock,
        settings={"ticket_key": TICKET_KEY} | common,
        community=key_server(),
    )
    events = Events(
        EVENTS, database_url=urls["events"], clock=clock, settings=common, community=key_server()
    )
    broker_url = os.environ["BROKER_URL"] if composed else f"memory://{exchange}"
    broker = connect(broker_url, exchange=exchange)
    broker.declare(topology(exchange=exchange, service="events", types=EVENTS.handlers.types))
    stop = threading.Event()
    threads = [
        threading.Thread(
            target=events.consumer.run,
            args=(broker,),
            kwargs={"exchange": exchange, "stop": stop},
            daemon=True,
        ),
        threading.Thread(
            target=Relay(registrations.database, broker).run, args=(stop,), daemon=True
        ),
    ]
    for thread in threads:
        thread.start()
    yield Deployment(
        registrations,
        events,
        {f"{name.upper()}_DATABASE_URL": url for name, url in urls.items()}
        | {"SERVICES": "registrations,events"},
    )
    stop.set()
    for thread in threads:
        thread.join(timeout=10)
    broker.close()
    registrations.close()
    events.close()
    if composed:
        delete_queues(broker_url, exchange, "events")


def test_trace_tells_the_life_of_a_registration_in_order(deployment: Deployment) -> None:
    """Published by registrations, handled by events, then the same when it is cancelled."""
    registrations = deployment.registrations
    event_id = registrations.open_event()
    (registration,) = registrations.register(event_id, Person())
    deployment.wait_for(registration["id"], handled=1)
    registrations.clock.move_to(datetime.now(UTC))
    registrations.cancel(registration)
    deployment.wait_for(registration["id"], handled=2)

    told = deployment.trace(registration["id"])

    assert [(one["type"], one["what"], one["service"]) for one in told] == [
        ("registration.confirmed", "published", "registrations"),
        ("registration.confirmed", "handled", "events"),
        ("registration.cancelled", "published", "registrations"),
        ("registration.cancelled", "handled", "events"),
    ]
    assert {one["subject"] for one in told} == {registration["id"]}


def test_trace_with_related_tells_of_the_event_too(deployment: Deployment) -> None:
    """Its publication reached registrations, its seats went to events."""
    registrations = deployment.registrations
    event_id = registrations.open_event()
    (registration,) = registrations.register(event_id, Person())
    deployment.wait_for(registration["id"], handled=1)

    alone = deployment.trace(registration["id"])
    related = deployment.trace(registration["id"], "--related")

    assert {one["subject"] for one in alone} == {registration["id"]}
    assert {one["type"] for one in related} == {
        "registration.confirmed",
        "event.published",
        "offer.changed",
    }


def test_trace_tells_what_waits_and_what_failed(place: Place) -> None:
    """Still in the outbox; unroutable; parked."""
    place.park(1)
    place.park_unroutable(2)
    place.toy.publish(3)

    def told(subject: str) -> list[str]:
        return [one["what"] for one in place.answer("trace", subject)]

    assert told("n1")[-1] == "failed; parked after 6 attempts: RuntimeError"
    assert "parked as unroutable: no queue wanted it" in told("n2")
    assert told("n3") == ["published; still in the outbox"]


def test_trace_names_the_subscribers_that_a_message_has_not_reached() -> None:
    """As far as anybody else left a trace of it; what is in the outbox still has reached nobody."""
    message_id = str(new_id())
    published = time_of(message_id)
    assert published is not None
    catalogue = {"number.added": Known("source", ("here", "there", "elsewhere"))}
    handled = Standing(
        service="here",
        message_id=message_id,
        type="number.added",
        subject="n1",
        handled_at=published + timedelta(seconds=1),
    )

    def told(*standings: Standing, now: datetime) -> list[tuple[str, str | None]]:
        found = life(standings, catalogue=catalogue, asked=("here", "there"), now=now)
        return [(one.what, one.service) for one in found]

    assert told(handled, now=published + timedelta(seconds=2)) == [
        ("published", "source"),
        ("handled", "here"),
        ("not handled yet", "there"),
    ]
    assert told(handled, now=published + timedelta(days=91)) == [
        ("published", "source"),
        ("handled", "here"),
    ]


def test_metrics_carry_the_same_figures_as_the_status(place: Place) -> None:
    """Counts, and the age of the oldest message that was not confirmed."""
    place.park(1)
    place.toy.publish(2, 3)
    place.clock.advance(seconds=90)

    lines = _metrics(place.toy.database)

    assert 'doithoai_database_up{service="toy"} 1.0' in lines
    assert 'doithoai_messages{service="toy",where="outbox"} 2.0' in lines
    assert 'doithoai_messages{service="toy",where="parked"} 1.0' in lines
    assert 'doithoai_messages{service="toy",where="failed"} 0.0' in lines
    assert 'doithoai_messages{service="toy",where="unroutable"} 0.0' in lines
    assert 'doithoai_outbox_oldest_seconds{service="toy"} 90.0' in lines


@pytest.mark.parametrize("url", [NOWHERE, "sqlite:////no/such/folder/toy.db"])
def test_metrics_answer_while_the_database_is_away(url: str) -> None:
    """Without its figures."""
    engine = create_engine(url)
    lines = _metrics(Database("toy", engine, TABLES, wake_for(engine), FixedClock(), ()))

    assert 'doithoai_database_up{service="toy"} 0.0' in lines
    assert not [line for line in lines if line.startswith("doithoai_messages{")]


def _metrics(database: Database) -> list[str]:
    app = Flask("health")
    app.register_blueprint(health({}, database))
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    return answer.get_data(as_text=True).splitlines()


def _bodies(place: Place) -> list[str]:
    with place.toy.database.engine.connect() as connection:
        outbox = TABLES.outbox
        return list(connection.scalars(sa.select(outbox.c.body).order_by(outbox.c.id)))
