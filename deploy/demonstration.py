"""`make demo`: the whole platform in one process, a year's programme in it, the main job walked, then served."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from deploy.administrators import create_admin
from deploy.embedded import Options, Platform, mail_from_environment
from deploy.loading import Loader, read
from deploy.visitor import Visitor, WentWrong
from deploy.walk import Cast, walk

# Who takes part in the walk, by their keys in deploy/demo: a host with its organiser, and one partner.
HOST, PARTNER = "ubnd-phuong-an-dong", "hoi-lhpn-phuong-an-dong"
DOOR, ATTENDEES = (
    "diem-danh@an-dong.example",
    ("minh-hoa@hop-thu.example", "vi-du@hop-thu.example", "thu-nghiem@hop-thu.example"),
)


class Demonstration:
    """One run of the demo on a folder of its own."""

    def __init__(self, data: Path, *, port: int, say: Callable[[str], None]) -> None:
        self.port, self._data, self._say = port, data, say
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
            Options(data=self._data, port=self.port, demo=True, mail=mail_from_environment())
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
        for person in read("people"):
            if person["email"] in (
                self._organiser,
                self._officer,
                DOOR,
                *ATTENDEES[:1],
                self._admin,
            ):
                self._say(f"    {person['email']:<32} {person['name']}")
        self._say("Ctrl-C để dừng · to stop")

    def stop(self) -> None:
        if self._platform is not None:
            self._platform.stop()

    @property
    def _admin(self) -> str:
        return next(str(person["email"]) for person in read("people") if person["admin"])

    @property
    def _organiser(self) -> str:
        return self._holding("organiser", HOST)

    @property
    def _officer(self) -> str:
        return self._holding("officer", PARTNER)

    def _load(self) -> Cast:
        self._say("Nạp dữ liệu minh họa · loading the demo data")
        create_admin(
            f"sqlite:///{self._data / 'community.db'}",
            email=self._admin,
            name="Quản trị hệ thống (minh họa)",
        )
        admin = Visitor(self.address).sign_in(self._admin)
        loader = Loader(
            admin,
            now=datetime.now(UTC),
            progress=lambda what, count: self._say(f"  {count:3} {what}"),
        )
        loader.load()
        admin.close()
        names = {person["email"]: person["name"] for person in read("people")}
        return Cast(
            organisation=loader.organisations[HOST],
            organiser=self._organiser,
            door=DOOR,
            partner=loader.organisations[PARTNER],
            partner_officer=self._officer,
            attendees=tuple((address, names[address]) for address in ATTENDEES),  # type: ignore[arg-type]
        )

    def _held(self, what: str) -> None:
        self._step += 1
        self._say(f"  ✓ {self._step:2}. {what}")

    @staticmethod
    def _holding(role: str, organisation: str) -> str:
        wanted = {"organisation": organisation, "role": role}
        return next(
            str(person["email"]) for person in read("people") if wanted in person["memberships"]
        )
