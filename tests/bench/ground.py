"""The ground that is measured on: databases, exchanges, files and processes of this run, removed at its end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.support.databases import create_database, drop_database
from tests.support.queues import delete_queues

ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "HOME", "LANG", "TZ", "PYTHONPATH")


class Ground:
    """Gives out what a family of rows needs; `quick` asks it for a short form."""

    def __init__(self, stack: ExitStack, *, quick: bool, say: Callable[[str], None]) -> None:
        self._stack = stack
        self.quick, self.say = quick, say
        self.broker_url = os.environ["BROKER_URL"]
        self.folder = Path(tempfile.mkdtemp(prefix="doithoai-bench-"))
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)

    @property
    def rounds(self) -> int:
        return 5 if self.quick else 7

    def database(self) -> str:
        """The address of an empty PostgreSQL database."""
        url = create_database()
        self._stack.callback(drop_database, url)
        return url

    def exchange(self, *services: str) -> str:
        """A name for an exchange; it and the queues of these services are deleted at the end."""
        name = f"bench-{uuid.uuid4().hex[:8]}"
        self._stack.callback(delete_queues, self.broker_url, name, *services)
        return name

    def closing(self, undo: Callable[[], object]) -> None:
        """Have something done at the end, before what was there earlier is removed."""
        self._stack.callback(undo)

    def process(self, *module_and_arguments: str, **environment: str) -> None:
        """`python -m …` in a process of its own; it ends with the run, and sooner if the run is killed."""
        log = (self.folder / f"{uuid.uuid4().hex[:8]}.log").open("wb")
        started = subprocess.Popen(
            [sys.executable, "-m", *module_and_arguments],
            cwd=ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | environment,
            stdout=log,
            stderr=log,
            # Its own group: Ctrl-C is this program's, which then ends it in order.
            start_new_session=True,
        )

        def end() -> None:
            if started.poll() is not None:
                last = Path(log.name).read_text(errors="replace").strip().splitlines()[-5:]
                self.say(
                    f"{' '.join(module_and_arguments)} had ended by itself: {' / '.join(last)}"
                )
            started.terminate()
            try:
                started.wait(timeout=10)
            except subprocess.TimeoutExpired:
                started.kill()
            log.close()

        self._stack.callback(end)
