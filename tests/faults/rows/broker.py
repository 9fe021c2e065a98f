"""RabbitMQ restarted, killed, and down for a while; a binding deleted; its disk full."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from amqp import Connection
from sqlalchemy.engine import make_url

from tests.faults.checker import check
from tests.faults.load import RATE, Load
from tests.faults.platforms import Platform
from tests.faults.run import Of, Run, fault

PROMISED = 60.0
# How much slower the API may be while RabbitMQ is away.
SLOWER = 1.2
# Fewer than these say nothing about a 99th percentile.
ENOUGH = 1000
UNROUTABLE = "no queue wants a message that should be wanted"


@fault("broker restarted", rounds=Of(1, 2, 10), seconds=Of(60, 240, 900), needs=("platform",))
def restarted(run: Run) -> None:
    """RabbitMQ ends in order and starts again, under load."""
    _away(run, run.ground.rabbitmq.stop, down=lambda: 0.0)


@fault("broker killed", rounds=Of(1, 2, 20), seconds=Of(60, 240, 1500), needs=("platform",))
def killed(run: Run) -> None:
    """kill -9 of RabbitMQ with all that it started, and it starts again, under load."""
    _away(run, run.ground.rabbitmq.kill, down=lambda: 0.0)


@fault("broker down", rounds=Of(1, 1, 1), seconds=Of(90, 400, 1500), needs=("platform",))
def down(run: Run) -> None:
    """kill -9 of RabbitMQ, away for 5 s (quick), 60 s, 5 min (full); the API answers as ever."""
    seconds = Of(5, 60, 300).at(run.size)
    _away(run, run.ground.rabbitmq.kill, down=lambda: seconds)


def _away(run: Run, end: Callable[[], None], *, down: Callable[[], float]) -> None:
    site, server = run.ground.platform(), run.ground.rabbitmq
    usual_for = Of(1, 15, 60).at(run.size) if down() else 1.0
    rate = Of(20, 20, RATE).at(run.size)
    for number in run.each_round():
        wishes = (usual_for + down() + 2) * rate if down() else Of(50, 300, 300).at(run.size)
        with Load(site, f"{run.name} {number}", wishes, run.rng, rate=rate) as load:
            began = time.monotonic()
            load.go_on(usual_for + run.rng.uniform(0, 0.5))
            gone = time.monotonic()
            end()
            load.go_on(down())
            back = time.monotonic()
            server.launch()
            run.hold(server.answers_within(60), "RabbitMQ did not come back")
            answers = time.monotonic()
            # Under load as it comes back, too.
            load.go_on(1.0)
            load.stop()
        stopped = time.monotonic()
        settled = check(run, site, load, within=PROMISED)
        run.recovered(stopped - answers + settled.messages, within=PROMISED)
        run.note(
            f"no message waited {settled.messages:.1f} s after the load, and all mails were out"
            f" {settled.mails:.1f} s after it"
        )
        _compare(run, load, (began, gone), (gone, back if down() else answers))
        unavailable = {s: n for s, n in load.statuses().items() if s != 201}
        run.hold(not unavailable, f"the API did not answer as ever: {unavailable}")


def _compare(run: Run, load: Load, usual: tuple[float, float], away: tuple[float, float]) -> None:
    before, meanwhile = load.p99(*usual), load.p99(*away)
    count = min(load.count(*usual), load.count(*away))
    run.note(
        f"p99 of the API {before:.0f} ms as usual, {meanwhile:.0f} ms while RabbitMQ is away"
        f" ({meanwhile / before:.2f}; {count} answers in the smaller sample)"
    )
    if count >= ENOUGH:
        run.hold(meanwhile <= SLOWER * before, f"p99 rose to {meanwhile / before:.2f} of the usual")


@fault("unroutable", rounds=Of(1, 2, 10), seconds=Of(60, 200, 500), needs=("platform",))
def unroutable(run: Run) -> None:
    """A binding is deleted under load: an alarm in the log, parked; replayed once the consumer, restarted, has
    declared the binding again (the relay offers what is parked every 10 s)."""
    site = run.ground.platform()
    for number in run.each_round():
        said = site.log("registrations.relay").count(UNROUTABLE)
        with Load(site, f"{run.name} {number}", Of(50, 100, 100).at(run.size), run.rng) as load:
            load.go_on(run.rng.uniform(0.2, 0.5))
            # Of a type that events alone wants: it shows the seats in its calendar.
            _unbind(site, "events", "offer.changed")
            run.wait(lambda: site.waiting()["unroutable"], seconds=30, what="parked messages")
            load.finish(30)
        settled = lambda: not site.waiting()["outbox"]  # noqa: E731
        run.wait(settled, seconds=30, what="an empty outbox")
        alarms = site.log("registrations.relay").count(UNROUTABLE) - said
        parked = site.waiting()["unroutable"]
        run.hold(alarms >= parked > 0, f"{parked} parked, {alarms} alarms in the log")
        site.kill("events.consume")
        run.recovered(check(run, site, load, within=PROMISED).messages, within=PROMISED)
        for event in load.events:
            shows = partial(_calendar_agrees, site, event)
            run.wait(shows, seconds=30, what="the seats in the calendar")
        run.note(f"{parked} were parked")


@fault("limit: one binding of two", rounds=Of(0, 1, 1), seconds=Of(60, 90, 90), needs=("platform",))
def one_of_two(run: Run) -> None:
    """What the broker cannot tell: of two services that want a type one has lost its binding. RabbitMQ returns only
    what no queue takes, so nothing is parked; the checker finds what is missing."""
    run.is_control = True
    site = run.ground.platform()
    for number in run.each_round():
        with Load(site, f"{run.name} {number}", 50, run.rng) as load:
            _unbind(site, "notifications", "registration.confirmed")
            load.finish(30)
        settled = lambda: not any(site.waiting().values())  # noqa: E731
        run.wait(settled, seconds=30, what="empty outboxes and queues")
        run.acknowledged += len(load.acknowledged())
        run.lost += len(load.acknowledged()) - site.mails.about(load.events.values())
    before = site.pid("notifications.consume")
    site.kill("notifications.consume")
    run.wait(lambda: site.is_up("notifications.consume", before), seconds=30, what="the consumer")


def _calendar_agrees(site: Platform, event: str) -> bool:
    shown = site.world.admin.get(f"events/v1/events/{event}")["seats"]["left"]
    left = site.world.admin.get(f"registrations/v1/offers/{event}")["seats_left"]
    return bool(shown == left)


def _unbind(site: Platform, service: str, type_: str) -> None:
    address = make_url(site.rabbitmq.url)
    with Connection(f"{address.host}:{address.port}") as connection:
        connection.channel().queue_unbind(f"{site.exchange}.{service}", site.exchange, type_)


@fault("broker disk alarm", rounds=Of(1, 1, 10), seconds=Of(60, 150, 400), needs=("platform",))
def disk_alarm(run: Run) -> None:
    """RabbitMQ says that its disk is full and takes nothing; the API answers as ever, all goes out afterwards."""
    site, server = run.ground.platform(), run.ground.rabbitmq
    for number in run.each_round():
        # Its events are made while the broker still takes messages.
        load = Load(site, f"{run.name} {number}", Of(50, 100, 100).at(run.size), run.rng)
        server.control("set_disk_free_limit", "100000GB")
        mark = site.mails.total()
        try:
            with load:
                load.go_on(Of(2, 8, 8).at(run.size))
            run.hold(site.waiting()["outbox"], "nothing waited: the alarm was none")
        finally:
            server.control("set_disk_free_limit", "50MB")
        run.recovered(check(run, site, load, within=PROMISED).messages, within=PROMISED)
        run.note(f"{site.mails.total() - mark} mails after the alarm")
        unavailable = {s: n for s, n in load.statuses().items() if s != 201}
        run.hold(not unavailable, f"the API did not answer as ever: {unavailable}")
