"""`make demo`: the whole platform in one process, a year's programme in it, the main job walked, then served."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from deploy.administrators import create_admin
from deploy.embedded import Options, Platform
from deploy.loading import Loader, Row, read
from deploy.mailing import mail_settings
from deploy.seating import seat
from deploy.visitor import Visitor, WentWrong
from deploy.walk import Cast, walk


class Demonstration:
    """One run of the demo on a folder of its own."""

    def __init__(self, data: Path, *, port: int, say: Callable[[str], None]) -> None:
        self.port, self._data, self._say = port, data, say
        self._people: dict[str, Row] = {person["key"]: person for person in read("people")}
        self._roles: Row = read("walk")[0]
        self._platform: Platform | None = None
        self._step = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self) -> bool:
        """Start, load, walk; whether every step held."""
        began = time.monotonic()
        self._say(
            "Đối Thoại · đang khởi động nền tảng trong một tiến trình · starting the platform in one process"
        )
        self._platform = Platform(
            Options(data=self._data, port=self.port, demo=True, mail=mail_settings())
        )
        self._platform.start()
        self._platform.serve_in_background()
        self._say(f"  sẵn sàng sau {time.monotonic() - began:.1f} giây · ready: {self.address}")
        try:
            cast = self._load()
            self._say("Đi một vòng công việc chính · walking the main job")
            walk(self.address, cast, say=self._held, now=datetime.now(UTC))
        except WentWrong as error:
            self._say(f"  ✗ {error}")
            return False
        settled = self._platform.settle()
        self._say(
            f"Xong sau {time.monotonic() - began:.1f} giây: {self._step} bước đều đúng · all {self._step} steps held"
            if settled
            else "  ✗ messages still wait"
        )
        return settled

    def invite(self) -> None:
        """Say where to look, and that the programme keeps serving."""
        addresses = (
            (f"{self.address}/", "lịch sự kiện · the calendar"),
            (
                f"{self.address}/outbox",
                "mọi thư đã gửi, kể cả mã đăng nhập · every mail sent, sign-in codes included",
            ),
            (
                f"{self.address}/dang-nhap",
                "đăng nhập với một địa chỉ dưới đây · sign in with one of these:",
            ),
        )
        for address, what in addresses:
            self._say(f"  {address:<34} {what}")
        roles = self._roles
        seats: Row = read("seats")[0]
        shown = (
            *(roles["organiser"], roles["officer"], roles["door"], roles["attendees"][0]),
            *(seats["officer"], seats["registrant"]["person"]),
        )
        for person in self._people.values():
            if person["admin"] or person["key"] in shown:
                self._say(f"    {person['email']:<32} {person['name']}")
        self._say("Ctrl-C để dừng · to stop")

    def stop(self) -> None:
        if self._platform is not None:
            self._platform.stop()

    def _load(self) -> Cast:
        self._say("Nạp dữ liệu minh họa · loading the demo data")
        first = next(person for person in self._people.values() if person["admin"])
        create_admin(
            f"sqlite:///{self._data / 'community.db'}", email=first["email"], name=first["name"]
        )
        admin = Visitor(self.address).sign_in(first["email"])
        loader = Loader(
            admin,
            now=datetime.now(UTC),
            progress=lambda what, count: self._say(f"  {count:3} {what}"),
        )
        loader.load()
        seated, waiting = seat(self.address, admin, loader, now=datetime.now(UTC))
        self._say(
            f"  {seated:3} đăng ký một buổi có chỗ phân bổ, {waiting} người chờ · registrations of one event with quotas"
        )
        admin.close()
        roles, people = self._roles, self._people
        attendees = [(people[key]["email"], people[key]["name"]) for key in roles["attendees"]]
        return Cast(
            organisation=loader.organisations[roles["host"]],
            organiser=people[roles["organiser"]]["email"],
            door=people[roles["door"]]["email"],
            partner=loader.organisations[roles["partner"]],
            partner_officer=people[roles["officer"]]["email"],
            attendees=(attendees[0], attendees[1], attendees[2]),
        )

    def _held(self, what: str) -> None:
        self._step += 1
        self._say(f"  ✓ {self._step:2}. {what}")
