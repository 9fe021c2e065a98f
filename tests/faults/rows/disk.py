"""SQLite on a disk that is full."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

from services.registrations.app import SERVICE
from shared.clock import SystemClock
from shared.database.engine import create_engine
from shared.database.migrations import migrate
from shared.ids import new_id
from tests.faults.run import NotRun, Of, Run, fault
from tests.service.registrations.conftest import TICKET_KEY, Registrations
from tests.support.harness import Person, key_server

BALLAST = 1024 * 1024
PROMISED = 15.0


@fault("disk full", rounds=Of(2, 20, 20), seconds=Of(60, 200, 300))
def disk_full(run: Run) -> None:
    """Registrations on SQLite on a 4 MiB tmpfs that fills up: 507 or 503, the file is sound, nothing acknowledged is
    missing, and it goes on by itself when there is room again."""
    mount = _mount(run)
    for number in run.each_round():
        folder = mount / str(number)
        folder.mkdir()
        _fill(run, mount, folder)
        shutil.rmtree(folder)


def _mount(run: Run) -> Path:
    folder = run.ground.folder()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotRun(f"not run: mounting needs root ({done.stderr.strip()[:60]})")
    run.ground.on_close(lambda: subprocess.run(["umount", str(folder)], check=False))
    return folder


def _fill(run: Run, mount: Path, folder: Path) -> None:
    file = folder / "registrations.db"
    engine = create_engine(f"sqlite:///{file}")
    migrate(SERVICE.name, engine)
    engine.dispose()
    service = Registrations(
        SERVICE,
        database_url=f"sqlite:///{file}",
        clock=SystemClock(),
        settings={"ticket_key": TICKET_KEY},
        community=key_server(),
    )
    event, told, refused = service.open_event(capacity=100_000), set(), 0
    # Not in the service's folder: what fills a disk is often something else.
    ballast = mount / "ballast"
    free = shutil.disk_usage(mount).free
    ballast.write_bytes(b"x" * max(free - int(run.rng.uniform(50_000, 300_000)), 0))

    def register() -> int:
        answer = service.post(
            f"/offers/{event}/registrations",
            {"name": "Nguyễn Thị Minh Họa", "note": "x" * 1900},
            by=Person(),
            key=str(new_id()),
        )
        if answer.status_code == 201:
            told.add(answer.json["id"])
        else:
            run.hold("Retry-After" in answer.headers, "a refusal did not say when to come again")
        return answer.status_code

    status = 201
    while status == 201 and len(told) < 2000:
        status = register()
    statuses = {status, *(register() for _ in range(5))}
    run.hold(statuses <= {503, 507}, f"answers with a full disk: {sorted(statuses)}")
    refused = len(statuses)
    run.hold(_check(file) == "ok", "the file is not sound")
    ballast.unlink()
    began = time.monotonic()
    while register() != 201 and time.monotonic() - began < PROMISED:
        refused += 1
    run.recovered(time.monotonic() - began, within=PROMISED)
    run.hold(_check(file) == "ok", "the file is not sound afterwards")
    with sqlite3.connect(file) as connection:
        stored = [row[0] for row in connection.execute("SELECT id FROM registrations")]
    kept = {str(one).replace("-", "") for one in stored}
    acknowledged = {one.replace("-", "") for one in told}
    run.acknowledged += len(told)
    run.lost += len(acknowledged - kept)
    run.doubled += len(kept - acknowledged)
    service.close()


def _check(file: Path) -> str:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
