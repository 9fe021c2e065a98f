"""pgbench alone: a seat taken, a registration and a message inserted, in one statement that is one transaction."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.bench.ground import ROOT
from tests.support.databases import dsn
from tests.support.servers import PostgreSQL

CLIENTS = 32
_STATEMENT = """
WITH seat AS (
    UPDATE offers SET confirmed = confirmed + 1, sequence = sequence + 1
    WHERE event_id = {event} AND confirmed < capacity RETURNING event_id, sequence
), registered AS (
    INSERT INTO registrations (id, event_id, person_id, name, name_folded, first_time, status, entry_code, issue, registered_at, keeps_seat, sequence)
    SELECT gen_random_uuid(), event_id, gen_random_uuid(), 'Nguyễn Thị Minh Họa', 'nguyen thi minh hoa', true, 'confirmed',
        upper(substr(md5(random()::text), 1, 8)), 1, now(), false, 1
    FROM seat RETURNING id, event_id, person_id
)
INSERT INTO outbox (message_id, type, subject, body, mandatory, created_at)
SELECT gen_random_uuid()::text, 'registration.confirmed', id::text, json_build_object('id', id, 'specversion', '1.0',
    'source', '/registrations', 'type', 'registration.confirmed', 'data', json_build_object('id', id, 'event_id', event_id,
    'person_id', person_id))::text, true, now()
FROM registered;
"""
_ONE = "'{event}'::uuid"
_ANY = "('00000000-0000-7000-8000-' || lpad(to_hex(:number::int), 12, '0'))::uuid"


def take_seats(
    database_url: str, folder: Path, *, event: str | None, offers: int, each: int
) -> float:
    """Transactions a second of 32 clients, `each` of every one: of one event, or (None) of as many offers by chance."""
    script = folder / "pgbench.sql"
    where = _ONE.format(event=event) if event else _ANY
    head = "" if event else f"\\set number random(1, {offers})\n"
    # One line: pgbench sends a line that does not end in a semicolon with the next.
    script.write_text(head + _STATEMENT.format(event=where), encoding="utf-8")
    command = [_program(), "--no-vacuum", "--client", str(CLIENTS), "--jobs", "2"]
    command += ["--transactions", str(each), "--protocol", "prepared", "--file", str(script)]
    ended = subprocess.run(
        [*command, dsn(database_url)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = re.search(r"^tps = ([0-9.]+)", ended.stdout, re.MULTILINE)
    done = re.search(r"actually processed: (\d+)/", ended.stdout)
    assert said is not None, ended.stderr[-500:]
    assert done is not None
    assert int(done[1]) == each * CLIENTS, ended.stderr[-500:]
    return float(said[1])


def _program() -> str:
    tools = PostgreSQL.installed()
    found = tools / "pgbench" if tools else None
    if found is not None and found.exists():
        return str(found)
    on_path = shutil.which("pgbench")
    assert on_path is not None, "pgbench is not installed (it comes with PostgreSQL's server)"
    return on_path
