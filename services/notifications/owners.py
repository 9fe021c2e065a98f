"""What a mail needs and notifications does not keep: asked of its owner just before sending."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.http.clients import JsonClient, Refused, ServiceAway, ServiceTokens
from shared.logs import get_logger

# As many ids in one request.
BATCH = 100
log = get_logger("owners")


@dataclass(frozen=True, slots=True)
class OwnerAway(Exception):
    """An owner does not answer, or refuses; what depends on it waits."""

    owner: str


class OwnerRefuses(OwnerAway):
    """It answers, but not with what was asked for."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Community, registrations and events as the worker needs them; every call may raise OwnerAway."""

    community: JsonClient
    registrations: JsonClient
    events: JsonClient
    tokens: ServiceTokens

    def people(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """Address, name, language and status by person; those that are gone are left out."""
        return self._by_id("community", "/v1/people/addresses", ids)

    def organisations(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """Address, name and language by organisation."""
        return self._by_id("community", "/v1/organisations/addresses", ids)

    def sign_ins(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """Address, language, code and link token by sign-in; those that expired are left out."""
        return self._by_id("community", "/v1/sign-ins/delivery", ids)

    def tickets(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """Token and entry code by registration; those without a place are left out."""
        return self._by_id(
            "registrations", "/v1/tickets", ids, sent="registration_ids", key="registration_id"
        )

    def nominees(self, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """Address, name and secret of the link by nominee; those who are not asked any more are left out."""
        return self._by_id("registrations", "/v1/nominees/addresses", ids)

    def calendar(self, event_id: UUID) -> bytes | None:
        """The event's calendar entry; None where events does not show one."""
        with _asking("events"):
            try:
                answer = self.events.call("GET", f"/v1/events/{event_id}/calendar.ics")
            except Refused as error:
                if error.status in (404, 410):
                    return None
                raise
        return answer if isinstance(answer, bytes) else None

    def _by_id(
        self, owner: str, path: str, ids: Iterable[UUID], *, sent: str = "ids", key: str = "id"
    ) -> dict[UUID, dict[str, Any]]:
        client: JsonClient = getattr(self, owner)
        wanted = sorted(set(ids))
        found: dict[UUID, dict[str, Any]] = {}
        for start in range(0, len(wanted), BATCH):
            body = {sent: [str(one) for one in wanted[start : start + BATCH]]}
            with _asking("community"):
                token = self.tokens.token()
            with _asking(owner):
                answer = client.call("POST", path, json=body, token=token)
                found |= {UUID(item[key]): item for item in answer["items"]}
        return found


@contextmanager
def _asking(owner: str) -> Iterator[None]:
    """Whatever goes wrong is the owner's and not the recipient's fault: nothing is given up because of it."""
    try:
        yield
    except ServiceAway:
        raise OwnerAway(owner) from None
    except Refused as error:
        log.error("an owner refuses what mails need", owner=owner, status=error.status)
        raise OwnerRefuses(owner) from None
    except (KeyError, TypeError, ValueError) as error:
        log.error("an owner's answer cannot be read", owner=owner, why=type(error).__name__)
        raise OwnerRefuses(owner) from None
