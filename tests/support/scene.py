"""Everybody of the access matrix, and objects that are theirs, another's or missing, in one embedded platform."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.test import TestResponse

from deploy.embedded import Platform
from shared.ids import new_id
from shared.tokens import Signer, load_key
from tests.support.waiting import until

CALLERS = (
    "anonymous",
    "attendee A",
    "attendee B",
    "organiser",
    "organiser of another organisation",
    "partner's officer",
    "officer",
    "door",
    "leader",
    "admin",
    "another service",
    "notifications",
)


class Scene:
    """Two hosts with an event each, a partner, two attendees with a registration each, and everybody else."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._signer = Signer(
            load_key((platform.options.data / "secrets" / "signing_key").read_text())
        )
        self.ids = {name: str(new_id()) for name in CALLERS}
        self.organisations = {
            name: self._make(
                "community", "/organisations", {"kind": "public_body", "name": f"Đơn vị {name}"}
            )
            for name in ("host", "other", "partner")
        }
        self.areas = {
            name: self._make("community", "/areas", {"level": "ward", "name": f"Phường {name}"})
            for name in ("own", "another's")
        }
        self.people = {name: self._person(name) for name in ("attendee A", "attendee B")}
        self.ids |= self.people
        self.events = {"own": self._event("host"), "another's": self._event("other")}
        until(
            lambda: all(self._offer(event) == 200 for event in self.events.values()),
            what="the offers",
        )

    def fresh(self, target: str) -> dict[str, str]:
        """The ids of a target; registrations and memberships are new each time, since a call may use them up."""
        if target == "missing":
            return dict.fromkeys(
                (
                    "event",
                    "organisation",
                    "area",
                    "registration",
                    "membership",
                    "notice",
                    "mail",
                    "sign_in",
                    "purpose",
                ),
                str(new_id()),
            )
        host = "host" if target == "own" else "other"
        owner = "attendee A" if target == "own" else "attendee B"
        event = self._event(host)
        until(lambda: self._offer(event) == 200, what="the offer")
        return {
            "event": event,
            "organisation": self.organisations[host],
            "area": self.areas[target],
            "registration": self._make(
                "registrations", f"/offers/{event}/registrations", {"name": "Ada"}, by=owner
            ),
            "membership": self._membership(host),
        }

    def call(
        self, service: str, method: str, path: str, body: Any, *, caller: str, target: str
    ) -> TestResponse:
        """One request by a caller on a target; what the path and the body name is filled in."""
        ids = self.fresh(target)
        filled = path.replace("/{", "/{")
        for name, key in _PARAMETERS.items():
            filled = filled.replace(
                "{" + name + "}", ids.get(key, str(new_id())) if name != "key" else "news"
            )
        sent = _fill(body, ids)
        headers = self._headers(caller, ids) | {"Idempotency-Key": secrets.token_hex(8)}
        if method in ("PATCH", "PUT"):
            headers["If-Match"] = "*"
        options = {"json": sent} if method in ("POST", "PATCH", "PUT") else {}
        return (
            self.platform.apps[service]
            .test_client()
            .open(filled, method=method, headers=headers, **options)
        )

    def filled(self, body: Any) -> Any:
        """A body with the ids of one's own target, for one call."""
        return body

    def may(self, grants: list[str], caller: str, target: str) -> bool:
        """What the policy says."""
        holders = {
            "anyone": CALLERS,
            "published": CALLERS,
            "person": [
                name
                for name in CALLERS
                if name not in ("anonymous", "another service", "notifications")
            ],
            "own": {"own": ["attendee A"], "another's": ["attendee B"]}.get(target, []),
            "organiser": {
                "own": ["organiser"],
                "another's": ["organiser of another organisation"],
            }.get(target, []),
            "officer": {"own": ["officer"]}.get(target, []),
            "leader": {"own": ["leader"]}.get(target, []),
            "member": [],
            "door": {"own": ["door"]}.get(target, []),
            "admin": ["admin"],
            "service:notifications": ["notifications"],
        }
        return any(caller in holders[grant] for grant in grants)

    def _headers(self, caller: str, ids: dict[str, str]) -> dict[str, str]:
        if caller == "anonymous":
            return {}
        token, _ = self._signer.issue(self._claims(caller, ids), now=datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    def _claims(self, caller: str, ids: dict[str, str]) -> dict[str, Any]:
        if caller in ("another service", "notifications"):
            return {
                "kind": "service",
                "sub": "events" if caller == "another service" else "notifications",
            }
        host, other, partner = (self.organisations[name] for name in ("host", "other", "partner"))
        roles = {
            "organiser": [[host, "organiser"]],
            "organiser of another organisation": [[other, "organiser"]],
            "partner's officer": [[partner, "officer"]],
            "officer": [[host, "officer"]],
            "leader": [[host, "leader"]],
        }.get(caller, [])
        # The door is the one of the host's event at hand; for another's or a missing one it is some other door.
        doors = (
            [ids["event"]]
            if caller == "door" and ids.get("organisation") == host
            else [self.events["own"]]
            if caller == "door"
            else []
        )
        return {
            "kind": "person",
            "sub": self.ids[caller],
            "roles": roles,
            "doors": doors,
            "admin": caller == "admin",
            "language": "vi",
        }

    def _make(self, service: str, path: str, body: dict[str, Any], *, by: str = "admin") -> str:
        headers = {
            "Authorization": f"Bearer {self._signer.issue(self._simple(by), now=datetime.now(UTC))[0]}"
        }
        answer = (
            self.platform.apps[service].test_client().post(f"/v1{path}", json=body, headers=headers)
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.json["id"])

    def _simple(self, by: str) -> dict[str, Any]:
        return {
            "kind": "person",
            "sub": self.ids[by],
            "roles": [],
            "doors": [],
            "admin": by == "admin",
            "language": "vi",
        }

    def _person(self, name: str) -> str:
        body = {"email": f"{name.replace(' ', '-')}@test.example", "name": name, "role": "member"}
        headers = {
            "Authorization": f"Bearer {self._signer.issue(self._simple('admin'), now=datetime.now(UTC))[0]}"
        }
        path = f"/v1/organisations/{self.organisations['partner']}/memberships"
        answer = (
            self.platform.apps["community"].test_client().post(path, json=body, headers=headers)
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.json["person_id"])

    def _membership(self, host: str) -> str:
        body = {"email": f"{secrets.token_hex(6)}@test.example", "role": "member"}
        return self._make(
            "community", f"/organisations/{self.organisations[host]}/memberships", body
        )

    def _event(self, host: str) -> str:
        event = self._make("events", "/events", event_body(self.organisations[host]))
        headers = {
            "Authorization": f"Bearer {self._signer.issue(self._simple('admin'), now=datetime.now(UTC))[0]}"
        }
        answer = (
            self.platform.apps["events"]
            .test_client()
            .post(f"/v1/events/{event}/publish", json={}, headers=headers)
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return event

    def _offer(self, event: str) -> int:
        return (
            self.platform.apps["registrations"].test_client().get(f"/v1/offers/{event}").status_code
        )


_PARAMETERS = {
    "event_id": "event",
    "organisation_id": "organisation",
    "area_id": "area",
    "registration_id": "registration",
    "membership_id": "membership",
    "notification_id": "notice",
    "mail_id": "mail",
    "sign_in_id": "sign_in",
    "key": "purpose",
}


def event_body(organisation_id: str) -> dict[str, Any]:
    """A valid draft: in two weeks, open for registration."""
    now = datetime.now(UTC)
    starts_at = now + timedelta(days=14)
    return {
        "organisation_id": organisation_id,
        "kind": "dialogue",
        "title": {"vi": "Đối thoại"},
        "venue": {"name": "Hội trường"},
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
        "timezone": "Asia/Ho_Chi_Minh",
        "capacity": 50,
        "waitlist": True,
        "registration_opens_at": (now - timedelta(hours=1)).isoformat(),
        "registration_closes_at": starts_at.isoformat(),
        "audience": {"vi": "Doanh nghiệp trẻ"},
        "summary": {"vi": "Nghe và trả lời"},
    }


def _fill(body: Any, ids: dict[str, str]) -> Any:
    if callable(body):
        return body(ids)
    if isinstance(body, dict):
        return {name: _fill(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [_fill(value, ids) for value in body]
    if isinstance(body, str) and body.startswith("$"):
        return ids.get(body[1:], str(new_id()))
    return body
