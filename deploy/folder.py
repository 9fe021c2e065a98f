"""The folder that a platform keeps its data in: for its owner's eyes alone, and for one platform at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from deploy.unable import Unable

LOCK = ".lock"
_DEMO = ".doithoai-demo"


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make `folder` and keep every other platform out of it; a process that dies lets go of it by itself.

    It and what is made in it is readable for its owner alone: mails with codes and tickets lie there. A folder
    that holds somebody else's files keeps its mode. Unable: it cannot be written, or another platform has it.
    """
    _make(folder)
    before = os.umask(0o077)
    try:
        with (folder / LOCK).open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                raise Unable(
                    f"{folder} is in use by another platform (process {lock.read().strip() or '?'}); "
                    "stop that one, or name another folder with --data"
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def held_anew(folder: Path) -> Iterator[None]:
    """As `held`, for the demo, whose dates follow today: what an earlier one left is removed.

    Unable where the folder holds anything else.
    """
    if folder.is_dir():
        there = {one.name for one in folder.iterdir()} - {LOCK}
        if there and _DEMO not in there:
            raise Unable(f"{folder} holds something else; name another folder with --data")
    with held(folder):
        for one in folder.iterdir():
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            elif one.name != LOCK:
                one.unlink()
        (folder / _DEMO).write_text(datetime.now(UTC).isoformat() + "\n", encoding="utf-8")
        yield


def of_demo(port: int) -> Path:
    """Where a demo keeps its data, unless told otherwise: two that run beside each other have a folder each."""
    return Path("build") / ("demo" if port == 8000 else f"demo-{port}")


def _make(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        if _is_ours(folder):
            folder.chmod(0o700)
    except OSError as error:
        raise Unable(
            f"cannot write to {folder} ({error.strerror}); name another folder with --data"
        ) from error


def _is_ours(folder: Path) -> bool:
    names = {one.name for one in folder.iterdir()}
    return not names or bool(names & {LOCK, "secrets"})
