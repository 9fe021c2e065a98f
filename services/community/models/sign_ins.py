"""Signing in: a single-use row for each mail, and the sessions that come of them. No secret is kept."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.community.errors import SignInFailed
from services.community.models.base import Base

LIFETIME = timedelta(minutes=10)
SESSION_LIFETIME = timedelta(days=30)
WRONG_CODES = 5
BUDGET, BUDGET_WINDOW = 5, timedelta(minutes=15)


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SignInSecrets:
    """The code and the link's token of a sign-in, made from its id with the service's key.

    Asked again, they are the same: a mail that is sent twice says the same, and nothing secret is stored.
    """

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def code(self, sign_in_id: UUID) -> str:
        """Six digits."""
        return f"{int.from_bytes(self._mac('code', sign_in_id)[:8]) % 1_000_000:06d}"

    def token(self, sign_in_id: UUID) -> str:
        """256 bits."""
        return self._mac("token", sign_in_id).hex()

    def _mac(self, purpose: str, sign_in_id: UUID) -> bytes:
        return hmac.digest(self._key, f"{purpose}:{sign_in_id}".encode(), "sha256")


class SignIn(Base):
    """One request to sign in: ten minutes, one use, five wrong codes, and only for the browser that asked."""

    __tablename__ = "sign_ins"
    __table_args__ = (sa.Index("sign_ins_of_address", "email_key", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.Text)
    email_key: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(2))
    browser: Mapped[str] = mapped_column(
        sa.String(64), doc="SHA-256 of the browser's nonce, in hex"
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at and self.wrong_codes < WRONG_CODES

    def proves(
        self, secrets: SignInSecrets, *, nonce: str, code: str | None, token: str | None
    ) -> bool:
        """Whether the browser is the one that asked and knows a secret from the mail; compared in constant time."""
        right_browser = hmac.compare_digest(digest(nonce), self.browser)
        given, expected = (
            (code or "", secrets.code(self.id))
            if token is None
            else (token, secrets.token(self.id))
        )
        return hmac.compare_digest(given.encode(), expected.encode()) and right_browser

    def use(self, now: datetime) -> None:
        """Consume; SignInFailed where it is not open any more."""
        if not self.is_open(now):
            raise SignInFailed
        self.used_at = now


class Session(Base):
    """A browser that is signed in, until its time is over or it is ended."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def is_valid(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at
