"""Lists of attendees on PostgreSQL: how long they take in and out, and whether memory grows with them.

`python -m tests.bench.lists csv|xlsx event` writes one list and says the peak of its memory, in a process of its own.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from services.registrations.app import SERVICE
from services.registrations.exporting import Columns
from services.registrations.models import Base
from services.registrations.operations import lists
from services.registrations.repository import UnitOfWork
from shared.clock import SystemClock
from shared.database.engine import create_engine
from shared.database.unit_of_work import Database
from shared.messaging.wake import wake_for
from tests.bench.ground import ROOT, Ground
from tests.bench.harness import Row, Target, in_turns
from tests.bench.yardsticks.lists import copy, workbook
from tests.service.registrations.conftest import TICKET_KEY, Registrations
from tests.support.harness import SIGNER, key_server

_FILL = """
INSERT INTO registrations (id, event_id, name, name_folded, phone, email, organisation_name, note, first_time, status,
  entry_code, issue, registered_at, checked_in_at, keeps_seat, sequence)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n + :beyond), 12, '0'))::uuid, :event, 'Nguyễn Thị Ữ ' || n,
  'nguyen thi u ' || n, '+84912345678', 'nguoi' || n || '@donvi.example', 'Công ty Ữ Ậ ' || n % 97, 'Ăn chay', false,
  'confirmed', lpad(n::text, 8, '0'), 1, now(), CASE WHEN n % 2 = 0 THEN now() END, false, 1
FROM generate_series(1, :count) AS n
"""


def rows(ground: Ground) -> Iterator[Row]:
    """5,000 people in and out, and 50,000 for the memory; in the short form 1,000 in, and 20,000."""
    count, many = 5_000, 20_000 if ground.quick else 50_000
    coming = 1_000 if ground.quick else count
    url = ground.database()
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    ours = Registrations(
        SERVICE,
        database_url=url,
        settings={"ticket_key": TICKET_KEY},
        community=key_server(),
    )
    ground.closing(ours.close)
    taken = [_take_in(ours, coming) for _ in range(1 if ground.quick else 3)]
    ground.say(f"took in {coming:,} rows")
    yield Row(
        name=f"lists: {coming:,} rows read, judged and registered",
        unit="s",
        values=taken,
        target=Target(at_most=10.0, of_ratio=False),
    )
    few, lots = _filled(ours, count, beyond=0), _filled(ours, many, beyond=count)
    yield from _out(ground, ours, few, count)
    for form in ("csv", "xlsx"):
        peaks = [_peak(url, form, event) for event in (few, lots)]
        ground.say(f"{form}: peaks {peaks[0]:.0f} and {peaks[1]:.0f} MiB")
        yield Row(
            name=f"lists: memory for {many:,} rows more than for {count:,}, {form}",
            unit="MiB",
            values=[max(peaks[1] - peaks[0], 0.0)],
            target=Target(at_most=8.0, of_ratio=False),
        )


def _out(ground: Ground, ours: Registrations, event: UUID, count: int) -> Iterator[Row]:
    plain = make_url(ours.settings.database_url).set(drivername="postgresql")
    connection = psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)
    ground.closing(connection.close)
    with ours.deps.unit_of_work(read_only=True) as uow:
        cells = list(Columns("vi", "Asia/Ho_Chi_Minh").rows(uow.lists.records(event)))
    assert len(cells) == count

    def written(format: str) -> Callable[[], float]:
        def run() -> float:
            began = time.perf_counter()
            with tempfile.TemporaryFile() as file, ours.deps.unit_of_work(read_only=True) as uow:
                _write(uow, file, event, format)
                assert file.seek(0, io.SEEK_END) > count
            return time.perf_counter() - began

        return run

    found = in_turns(
        {
            "csv": written("csv"),
            "copy": lambda: copy(connection, str(event), ground.folder / "copy.csv"),
            "xlsx": written("xlsx"),
            "alone": lambda: workbook(cells, ground.folder / "alone.xlsx"),
        },
        rounds=ground.rounds,
        say=ground.say,
    )
    for name, yardstick, bound in (("csv", "copy", 3.0), ("xlsx", "alone", 1.5)):
        yield Row(
            name=f"lists: {count:,} rows out as {name}",
            unit="ms",
            values=[seconds * 1000 for seconds in found[name]],
            yardsticks=[seconds * 1000 for seconds in found[yardstick]],
            target=Target(at_most=bound),
        )


def _take_in(ours: Registrations, count: int) -> float:
    """Seconds from the file that comes to everybody's place, through the routes."""
    event = ours.open_event(capacity=count - 100)
    content = "Họ và tên,SĐT,Email,Đơn vị\n" + "".join(
        f"Nguyễn Thị Ữ {n},09{10_000_000 + n},nguoi{n}@donvi.example,Công ty {n % 97}\n"
        for n in range(count)
    )
    token, _ = SIGNER.issue(ours.organiser.claims(), now=ours.clock.now())
    headers, client = {"Authorization": f"Bearer {token}"}, ours.app.test_client()
    began = time.perf_counter()
    read = client.post(
        f"/v1/offers/{event}/imports",
        data=content.encode(),
        content_type="text/csv",
        headers=headers,
    )
    done = client.post(f"/v1/imports/{read.json['id']}/confirm", json={}, headers=headers)
    seconds = time.perf_counter() - began
    assert done.json["counts"]["taken"] == count, done.json
    return seconds


def _filled(ours: Registrations, count: int, *, beyond: int) -> UUID:
    event = ours.open_event(capacity=count)
    with ours.database.engine.begin() as connection:
        connection.execute(
            sa.text(_FILL), {"event": event, "count": count, "beyond": beyond * 1_000}
        )
    return event


def _write(uow: UnitOfWork, file: IO[bytes], event: UUID, format: str) -> None:
    lists.export(uow, file, event_id=event, format=format, status=None, language="vi")


def _peak(url: str, format: str, event: UUID) -> float:
    """MiB."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.lists", format, str(event)],
        cwd=ROOT,
        env=os.environ | {"LISTS_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return float(done.stdout) / 1024


def _alone(format: str, event: UUID) -> None:
    url, clock = os.environ["LISTS_DATABASE_URL"], SystemClock()
    engine = create_engine(url)
    database = Database("registrations", engine, SERVICE.tables, wake_for(engine), clock, ())
    with tempfile.TemporaryFile() as file, UnitOfWork(database, read_only=True) as uow:
        _write(uow, file, event, format)
    database.close()
    # Of this program alone: what getrusage says counts the one that started it, too.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(peak)


if __name__ == "__main__":
    _alone(sys.argv[1], UUID(sys.argv[2]))
