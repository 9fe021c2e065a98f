"""The local outbox: a file a mail, for a demo and for development. Nothing leaves the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID

from services.notifications.mailer import BadAddress, Mail, mime
from services.notifications.models import Outcome, Result


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail in the outbox."""

    id: UUID
    message: EmailMessage


class LocalOutbox:
    """Writes each mail as `<notice id>.eml`, whole or not at all; sent again it is the same file."""

    name = "outbox"
    repeatable = True
    repeats_after = timedelta(0)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: Mail) -> Outcome:
        try:
            content = mime(mail)
        except BadAddress:
            return Outcome(Result.PERMANENT, "bad-address")
        unfinished = self._folder / f".{mail.notice_id}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._folder / f"{mail.notice_id}.eml")
        except OSError:
            return Outcome(Result.TEMPORARY, "folder")
        return Outcome(Result.DELIVERED)

    def newest(self, limit: int, *, before: UUID | None = None) -> list[Kept]:
        """The mails, newest first: ids are in order of time. With `before`, only those older than that one."""
        ids = sorted((UUID(file.stem) for file in self._folder.glob("*.eml")), reverse=True)
        older = [one for one in ids if before is None or one < before]
        return [kept for one in older[:limit] if (kept := self.get(one)) is not None]

    def get(self, id: UUID) -> Kept | None:
        """One mail; None if there is none."""
        try:
            content = (self._folder / f"{id}.eml").read_bytes()
        except FileNotFoundError:
            return None
        return Kept(id, message_from_bytes(content, EmailMessage, policy=default))
