"""Four real calendar clients, and what each of them reads: vdirsyncer with khal, calcurse, ical.js, libical.

Every reader gives the entries as the client itself understands them: UID (None where it keeps none), start and end in UTC.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

ICAL_JS = Path(__file__).parents[2] / "node_modules" / "ical.js" / "dist" / "ical.es5.min.cjs"
# icalcomponent_kind of libical 3.
_VEVENT, _VTIMEZONE = 4, 9
_PLENTY = 60


@dataclass(frozen=True, order=True)
class Read:
    """An entry as a client has it."""

    starts_at: datetime
    ends_at: datetime
    title: str
    uid: str | None = None


def missing() -> list[str]:
    """The clients that this machine lacks, by the name under which they are installed."""
    there = {
        "vdirsyncer": _program("vdirsyncer").exists(),
        "khal": _program("khal").exists(),
        "calcurse": shutil.which("calcurse") is not None,
        "ical.js": ICAL_JS.exists(),
        "libical3": ctypes.util.find_library("ical") is not None,
    }
    return [name for name, is_there in there.items() if not is_there]


class Khal:
    """A subscription: vdirsyncer fetches over HTTP into a folder that stays, khal shows what is in it.

    vdirsyncer names what it fetches by its content, not by its UID: what changed goes and comes again.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self._home = folder
        entries = folder / "entries"
        entries.mkdir(parents=True)
        (folder / "vdirsyncer.conf").write_text(
            f'[general]\nstatus_path = "{folder}/status"\n'
            '[pair events]\na = "remote"\nb = "local"\ncollections = null\nconflict_resolution = "a wins"\n'
            f'[storage remote]\ntype = "http"\nurl = "{url}"\n'
            f'[storage local]\ntype = "filesystem"\npath = "{entries}"\nfileext = ".ics"\n'
        )
        (folder / "khal.conf").write_text(
            f"[calendars]\n[[events]]\npath = {entries}\n[sqlite]\npath = {folder}/khal.db\n"
            "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\n"
            "longdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        )
        self._sync("discover")

    def read(self, *, first: datetime, days: int) -> list[Read]:
        """Fetch again, then list."""
        self._sync("sync")
        shape = "{start-long}\t{end-long}\t{title}"
        listed = self._run(
            "khal", "-c", self._home / "khal.conf", "list", "--once", "--format", shape, "--day-format", "",
            first.strftime("%Y-%m-%d"), f"{days}d",
        )  # fmt: skip
        found = []
        for line in listed.splitlines():
            if line.strip():
                starts, ends, title = line.split("\t")
                found.append(Read(_moment(starts), _moment(ends), title))
        return sorted(found)

    def _sync(self, command: str) -> None:
        self._run("vdirsyncer", "-c", self._home / "vdirsyncer.conf", command)

    def _run(self, program: str, *arguments: object) -> str:
        environment = os.environ | {"HOME": str(self._home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return _output([str(_program(program)), *map(str, arguments)], environment)


def calcurse(folder: Path, ics: bytes, *, first: datetime, days: int) -> list[Read]:
    """What calcurse imports of a file. It knows no UID, so each reading is its own."""
    home = folder / "calcurse"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (folder / "feed.ics").write_bytes(ics)
    environment = os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
    base = ["calcurse", "-q", "-D", str(home)]
    _output([*base, "-i", str(folder / "feed.ics")], environment)
    shape = "%(start:%Y-%m-%d %H:%M)\t%(end:%Y-%m-%d %H:%M)\t%m\n"
    listed = _output(
        [*base, "-Q", "--from", first.strftime("%m/%d/%Y"), "--days", str(days), "--filter-type", "cal",
         "--format-apt", shape, "--format-recur-apt", shape],
        environment,
    )  # fmt: skip
    # A line without a tab is the heading of a day.
    rows = [line.split("\t") for line in listed.splitlines() if "\t" in line]
    return sorted(Read(_moment(starts), _moment(ends), title) for starts, ends, title in rows)


def ical_js(page: Page, ics: bytes) -> list[Read]:
    """What ical.js (Thunderbird's reader) makes of a file, in a browser."""
    page.goto("about:blank")
    page.add_script_tag(path=ICAL_JS)
    read = page.evaluate(
        """text => {
            const whole = new ICAL.Component(ICAL.parse(text));
            whole.getAllSubcomponents("vtimezone").forEach(zone => ICAL.TimezoneService.register(zone));
            return whole.getAllSubcomponents("vevent").map(part => {
                const entry = new ICAL.Event(part);
                return [entry.uid, entry.startDate.toUnixTime(), entry.endDate.toUnixTime(), entry.summary];
            });
        }""",
        ics.decode("utf-8"),
    )
    return sorted(
        Read(datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC), title, uid)
        for uid, starts, ends, title in read
    )


class _IcalTime(ctypes.Structure):
    """struct icaltimetype of libical 3."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        *((name, ctypes.c_int) for name in ("is_date", "is_daylight")),
        ("zone", ctypes.c_void_p),
    )


def libical(ics: bytes) -> list[Read]:
    """What libical (of Evolution, KOrganizer, Cyrus) makes of a file, in a process of its own."""
    printed = _output(
        [sys.executable, "-m", "tests.e2e.calendar_clients"],
        dict(os.environ) | {"PYTHONUTF8": "1"},
        fed=ics,
    )
    rows = [line.split("\t") for line in printed.splitlines()]
    return sorted(
        Read(
            datetime.fromtimestamp(int(starts), UTC),
            datetime.fromtimestamp(int(ends), UTC),
            title,
            uid,
        )
        for uid, starts, ends, title in rows
    )


def _by_libical(ics: bytes) -> Iterator[tuple[str, int, int, str]]:
    library = ctypes.CDLL(ctypes.util.find_library("ical"))
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for name, result, arguments in (
        ("icalparser_parse_string", pointer, [text]),
        ("icalcomponent_get_first_component", pointer, [pointer, ctypes.c_int]),
        ("icalcomponent_get_next_component", pointer, [pointer, ctypes.c_int]),
        ("icalcomponent_get_uid", text, [pointer]),
        ("icalcomponent_get_summary", text, [pointer]),
        ("icalcomponent_get_dtstart", _IcalTime, [pointer]),
        ("icalcomponent_get_dtend", _IcalTime, [pointer]),
        ("icaltime_as_timet_with_zone", ctypes.c_int64, [_IcalTime, pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    whole = library.icalparser_parse_string(ics)
    assert whole, "libical reads nothing"
    entry = library.icalcomponent_get_first_component(whole, _VEVENT)
    while entry:
        starts, ends = (
            library.icaltime_as_timet_with_zone(moment, moment.zone)
            for moment in (
                library.icalcomponent_get_dtstart(entry),
                library.icalcomponent_get_dtend(entry),
            )
        )
        yield (
            library.icalcomponent_get_uid(entry).decode(),
            starts,
            ends,
            library.icalcomponent_get_summary(entry).decode(),
        )
        entry = library.icalcomponent_get_next_component(whole, _VEVENT)


def _program(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def _moment(text: str) -> datetime:
    return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def _output(command: list[str], environment: dict[str, str], *, fed: bytes | None = None) -> str:
    done = subprocess.run(
        command, env=environment, input=fed, capture_output=True, timeout=_PLENTY, check=False
    )
    assert done.returncode == 0, f"{command[0]}: {done.stderr.decode()[-2000:]}"
    return done.stdout.decode("utf-8")


if __name__ == "__main__":
    for row in _by_libical(sys.stdin.buffer.read()):
        print(*row, sep="\t")
