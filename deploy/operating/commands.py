"""`doithoai messages`: what waits, failed or is parked between the services, and how to set it going again."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from deploy.operating.asking import (
    FORGOTTEN,
    catalogue,
    each,
    event_of,
    find,
    opened,
    stop,
    where,
)
from deploy.operating.status import look
from deploy.operating.terminal import harmless, pretty
from deploy.operating.text import (
    failed_document,
    failed_lines,
    happening_document,
    happening_lines,
    place_of,
    standing_document,
    standing_lines,
    status_lines,
)
from shared.clock import SystemClock
from shared.messaging.failed import KEPT_SETTLED, FailedMessages
from shared.messaging.life import life
from shared.messaging.operating import ServiceMessages
from shared.messaging.replaying import Decision, Step, decide, replay

AT_ONCE = 100
LISTED = 50
_DOES = (Step.RETRY, Step.OFFER, Step.CLOSE)

as_json_option = click.option("--json", "as_json", is_flag=True, help="The same as JSON.")


def where_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Say whose messages: of which deployment, and of which service."""
    data = click.option(
        "--data",
        type=click.Path(path_type=Path),
        default=None,
        envvar="DATA",
        help="Folder of the embedded platform; else the environment says where the databases are.",
    )
    service = click.option("--service", default=None, help="This service's alone.")
    return data(service(command))


@click.group()
def messages() -> None:
    """Messages between the services: what waits, failed or is parked.

    Without --data, the environment names the databases: COMMUNITY_DATABASE_URL, EVENTS_DATABASE_URL, … (or each with
    _FILE), or DATABASE_URL with {service} in it; and the broker: BROKER_URL, EXCHANGE.
    """


@messages.command()
@where_options
@as_json_option
def status(data: Path | None, service: str | None, as_json: bool) -> None:
    """Figures of every service and queue; exit code 1 when something needs a person."""
    addresses = where(data, service)
    if data is None and addresses.broker_url is None:
        stop("where is the broker? Set BROKER_URL (or BROKER_URL_FILE)")
    found = look(addresses)
    _say([pretty(found.document())] if as_json else status_lines(found))
    sys.exit(1 if found.troubles else 0)


@messages.command()
@where_options
@click.option("--parked", is_flag=True, help="Only what waits for a person.")
@click.option("--type", "type_", default=None, help="Only this type.")
@as_json_option
def failed(
    data: Path | None, service: str | None, parked: bool, type_: str | None, as_json: bool
) -> None:
    """List the messages whose handler failed."""
    with opened(where(data, service)) as services:
        found = [
            standing
            for _, some in each(services, lambda one: one.failed(parked=parked, type=type_))
            for standing in some
        ]
    now = SystemClock().now()
    _say(
        [pretty([failed_document(standing) for standing in found])]
        if as_json
        else failed_lines(found, now=now)
    )


@messages.command()
@where_options
@click.argument("which", metavar="ID")
@as_json_option
def show(data: Path | None, service: str | None, which: str, as_json: bool) -> None:
    """Everything about one message: ID is its id, or SERVICE:ROW as `failed` lists it."""
    with opened(where(data, service)) as services:
        identity = find(services, which)[0][1].message_id
        answers = each(services, lambda one: one.of_id(identity))
        found = [standing for _, standing in answers if standing is not None]
    now = SystemClock().now()
    _say([pretty(standing_document(found))] if as_json else standing_lines(found, now=now))


@messages.command()
@where_options
@click.argument("subject")
@click.option("--related", is_flag=True, help="Of a registration: its event's messages, too.")
@as_json_option
def trace(
    data: Path | None, service: str | None, subject: str, related: bool, as_json: bool
) -> None:
    """The life of one subject's messages across the services, in the order of time."""
    addresses = where(data, service)
    subjects = [subject]
    if related and (event := event_of(addresses, subject)) is not None:
        subjects.append(event)
    with opened(addresses) as services:
        standings = [
            standing
            for one in subjects
            for _, some in each(services, partial(ServiceMessages.of_subject, subject=one))
            for standing in some
        ]
    if not standings:
        stop(f"no message about {harmless(subject)} has left a trace here; {FORGOTTEN}")
    happenings = life(
        standings,
        catalogue=catalogue(),
        asked=tuple(addresses.databases),
        now=SystemClock().now(),
    )
    _say(
        [pretty([happening_document(one) for one in happenings])]
        if as_json
        else happening_lines(happenings, with_subject=len(subjects) > 1)
    )


@messages.command("replay")
@where_options
@click.option(
    "--id", "which", default=None, metavar="ID", help="One message: its id, or SERVICE:ROW."
)
@click.option("--type", "type_", default=None, help="All of one type.")
@click.option("--all", "everything", is_flag=True, help="All that are parked or unroutable.")
@click.option("--yes", is_flag=True, help="Do it; without, only say what would be done.")
def replay_(
    data: Path | None,
    service: str | None,
    which: str | None,
    type_: str | None,
    everything: bool,
    yes: bool,
) -> None:
    """Set parked and unroutable messages going again. A message that was handled has no second effect."""
    if [which is not None, type_ is not None, everything].count(True) != 1:
        raise click.UsageError("say what to replay: one of --id ID, --type TYPE or --all")
    with opened(where(data, service)) as services:
        if which is not None:
            found = find(services, which)
        else:
            found = [
                (messages_, standing)
                for messages_, some in each(services, lambda one: one.stuck(type=type_))
                for standing in some
            ]
        now = SystemClock().now()
        decided = [(messages_, decide(standing, now=now)) for messages_, standing in found]
        _say(_decision_lines([decision for _, decision in decided], done=yes))
        if yes:
            _replay(decided)
    sys.exit(1 if any(decision.step is Step.REFUSED for _, decision in decided) else 0)


@messages.command()
@where_options
@click.argument("which", metavar="ID")
@click.option("--yes", is_flag=True, help="Do it; without, only say what would be done.")
def dismiss(data: Path | None, service: str | None, which: str, yes: bool) -> None:
    """Take a parked message off the list without handling it: what nobody can read, or nobody needs."""
    with opened(where(data, service)) as services:
        parked = [
            (messages_, standing.failure.row)
            for messages_, standing in find(services, which)
            if standing.failure is not None and standing.failure.parked
        ]
        if not parked:
            stop(f"{harmless(which)} is not parked")
        for messages_, row in parked:
            name = f"{messages_.service}:{row}"
            if not yes:
                click.echo(f"{name} would be dismissed; nothing was changed, --yes does it")
                continue
            with messages_.database.engine.begin() as connection:
                FailedMessages(messages_.database).close(connection, [row], "dismissed")
            click.echo(f"{name} is dismissed; its bytes are kept for {KEPT_SETTLED.days} days")


def _decision_lines(decisions: Sequence[Decision], *, done: bool) -> Iterator[str]:
    if not decisions:
        yield "Nothing is parked or unroutable."
        return
    # What is refused comes first: it is what somebody has to think about.
    ordered = sorted(decisions, key=lambda one: one.step is not Step.REFUSED)
    for decision in ordered[:LISTED]:
        standing, word = decision.standing, "refused: " * (decision.step is Step.REFUSED)
        yield harmless(
            f"{place_of(standing)}  {standing.type or '?'}  {standing.message_id}  {word}{decision.why}"
        )
    if len(ordered) > LISTED:
        yield f"… and {len(ordered) - LISTED} more"
    steps = Counter(decision.step for decision in decisions)
    doable = sum(steps[step] for step in _DOES)
    yield (
        f"{doable} to replay, {steps[Step.REFUSED]} refused, {steps[Step.NOTHING]} with nothing to do."
        + ("" if done or not doable else " Nothing was changed; --yes does it.")
    )


def _replay(decided: Sequence[tuple[ServiceMessages, Decision]]) -> None:
    todo = [one for one in decided if one[1].step in _DOES]
    if not todo:
        return
    changed = 0
    with click.progressbar(list(_chunks(todo)), label="Replaying", file=sys.stderr) as bar:
        for messages_, chunk in bar:
            for _, count in each([messages_], partial(_replay_some, decisions=chunk)):
                changed += count
    meanwhile = len(todo) - changed
    click.echo(
        f"Replayed {changed}." + (f" {meanwhile} had changed meanwhile." if meanwhile else "")
    )


def _chunks(
    decided: Sequence[tuple[ServiceMessages, Decision]],
) -> Iterator[tuple[ServiceMessages, list[Decision]]]:
    """A transaction each: of one service, and short."""
    for _, group in groupby(decided, key=lambda one: one[0].service):
        own = list(group)
        for start in range(0, len(own), AT_ONCE):
            yield own[0][0], [decision for _, decision in own[start : start + AT_ONCE]]


def _replay_some(messages_: ServiceMessages, decisions: Sequence[Decision]) -> int:
    return replay(messages_.database, decisions)


def _say(lines: Sequence[str] | Iterator[str]) -> None:
    for line in lines:
        click.echo(line)
