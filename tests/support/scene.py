"""Everybody of the access matrix, and objects that are theirs, another's or missing, in one embedded platform."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from deploy.embedded import Platform
from shared.ids import new_id
from shared.tokens import Signer, load_key
from tests.support.waiting import until

PEOPLE = (
    "attendee A",
    "attendee B",
    "organiser",
    "organiser of another organisation",
    "partner's officer",
    "officer",
    "door",
    "leader",
    "admin",
)
CALLERS = ("anonymous", *PEOPLE, "another service", "notifications")
TABLE = "title,start,end\nHọp,2027-05-05 08:00,2027-05-05 09:00\n".encode()
PEOPLE_TABLE = "Họ và tên,SĐT\nAda,0912345678\n".encode()
HOSTS = {"own": "host", "another's": "other"}


class Scene:
    """Two hosts with an event each, a partner, and people of every role; `own` belongs to the host and to attendee A."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        folder = platform.options.data / "secrets"
        self._signer = Signer(load_key((folder / "signing_key").read_text()))
        self._client_secret = (folder / "notifications_client_secret").read_text().strip()
        self._ids = {"admin": str(new_id())}
        self._organisations = {
            name: self._make("/organisations", {"kind": "public_body", "name": f"Đơn vị {name}"})
            for name in ("host", "other", "partner")
        }
        self._areas = {
            name: self._make("/areas", {"level": "ward", "name": f"Phường {name}"})
            for name in (*HOSTS, "successor")
        }
        self._ids |= {name: self._person(name) for name in PEOPLE}
        purpose = {"legal_basis": "consent", "version": 1, "text": {"vi": "Nhận tin"}}
        self._admin("community", "PUT", "/purposes/news", purpose, expect=200)
        self._kept = {target: self.fresh(target) for target in HOSTS}

    @cached_property
    def notices(self) -> dict[str, dict[str, str]]:
        """By target: a notice in the inbox of a person, and one in that of an organisation."""
        people = {"own": "attendee A", "another's": "attendee B"}
        return {
            target: {
                "person": self._notice(people[target], ""),
                "organisation": self._notice(
                    "admin", f"?organisation_id={self._organisations[host]}", host
                ),
            }
            for target, host in HOSTS.items()
        }

    @cached_property
    def series(self) -> dict[str, dict[str, str]]:
        """By target: a series that is partly published, and a draft that could become one."""
        missing = {"series": str(new_id()), "draft": str(new_id())}
        return {"missing": missing} | {target: self._series(target) for target in HOSTS}

    @cached_property
    def nominations(self) -> dict[str, dict[str, str]]:
        """By target: the list of a host that is its own partner, and a nominee with the secret of the link."""
        missing = {name: str(new_id()) for name in ("nomination", "nominee", "link_secret")}
        return {"missing": missing} | {
            target: self._nomination(ids["event"], ids["organisation"])
            for target, ids in self._kept.items()
        }

    def call(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        *,
        caller: str,
        target: str,
        changes: bool = False,
    ) -> TestResponse:
        """One request on a target. `changes`: it may use the target up, so it gets one of its own."""
        ids = (
            self._missing()
            if target == "missing"
            else self.fresh(target)
            if changes
            else self._kept[target]
        )
        path, _, query = path.partition("?")
        if "{notice_id}" in path:
            whose, query = query.partition("=")[2] or "person", ""
            if target != "missing":
                ids = ids | {"notice": self.notices[target][whose]}
        if isinstance(body, dict) and "$session" in body.values():
            ids = ids | {"session": self._session()}
        if "{series_id}" in path or "$draft" in f"{body!r}":
            lasting = target == "missing" or not changes
            ids = ids | (self.series[target] if lasting else self._series(target))
            path = path.replace("{series_id}", ids["series"])
        if "{nomin" in path or "$nominee" in f"{body!r}":
            lasting = target == "missing" or not changes
            ids = ids | (
                self.nominations[target]
                if lasting
                else self._nomination(ids["event"], ids["organisation"])
            )
        if "{secret}" in path:
            secret = "none" if target == "missing" else self._calendar(target)
            path = path.replace("{secret}", secret)
        if "webhook" in path:
            ids = ids | self._webhook(ids["organisation"], missing=target == "missing")
        for name, key in _PARAMETERS.items():
            path = path.replace("{" + name + "}", ids[key])
        headers = self._headers(caller, ids) | {"Idempotency-Key": secrets.token_hex(8)}
        if method in ("PATCH", "PUT", "DELETE"):
            headers["If-Match"] = "*"
        options: dict[str, Any] = {} if body is None else {"json": _fill(body, ids)}
        if isinstance(body, bytes):
            options = {"data": body, "content_type": "text/csv"}
        client = self.platform.apps[service].test_client()
        return client.open(
            path, method=method, query_string=_fill_text(query, ids), headers=headers, **options
        )

    def anything(self, *, caller: str) -> tuple[dict[str, str], dict[str, str]]:
        """Path parameters that name objects of the host, and the headers of a caller."""
        ids = self._kept["own"] | self.series["own"] | self.nominations["own"]
        ids |= self._webhook(ids["organisation"], missing=False)
        named = {name: ids[key] for name, key in (_PARAMETERS | {"series_id": "series"}).items()}
        return named, self._headers(caller, ids)

    def may(self, grants: list[str], caller: str, target: str) -> bool:
        """What the policy says."""
        is_own = target == "own"
        holders: dict[str, tuple[str, ...]] = {
            "anyone": CALLERS,
            "published": CALLERS,
            "person": PEOPLE,
            "own": {"own": ("attendee A",), "another's": ("attendee B",)}.get(target, ()),
            "organiser": {
                "own": ("organiser",),
                "another's": ("organiser of another organisation",),
            }.get(target, ()),
            "officer": ("officer",) if is_own else (),
            "leader": ("leader",) if is_own else (),
            "door": ("door",) if is_own else (),
            "admin": ("admin",),
            "service:notifications": ("notifications",),
        }
        return any(caller in holders[grant] for grant in grants)

    def fresh(self, target: str) -> dict[str, str]:
        """New objects of a target, and the ids of what is there anyway."""
        host = self._organisations[HOSTS[target]]
        event = self._event(host)
        owner = "attendee A" if target == "own" else "attendee B"
        registered = self._as(owner).post(
            f"/api/registrations/v1/offers/{event}/registrations", {"name": "Ada"}
        )
        return self._around() | {
            "event": event,
            "organisation": host,
            "area": self._areas[target],
            "registration": str(registered["id"]),
            "import": self._import(host),
            "list": self._list(event),
            "programme": self._programme(host),
            "membership": self._make(
                f"/organisations/{host}/memberships",
                {"email": f"{secrets.token_hex(6)}@test.example", "role": "member"},
            ),
        }

    def _missing(self) -> dict[str, str]:
        names = (
            "event",
            "organisation",
            "area",
            "registration",
            "membership",
            "import",
            "list",
            "programme",
        )
        return self._around() | {name: str(new_id()) for name in names}

    def _around(self) -> dict[str, str]:
        """What a body may name that is nobody's object."""
        later = datetime.now(UTC) + timedelta(days=15)
        return {
            "client_secret": self._client_secret,
            "person": self._ids["attendee A"],
            "sign_in": str(new_id()),
            "mail": str(new_id()),
            "nomination": str(new_id()),
            "nominee": str(new_id()),
            "notice": str(new_id()),
            "endpoint": str(new_id()),
            "delivery": str(new_id()),
            "purpose": "news",
            "rule": "holiday",
            "successor_area": self._areas["successor"],
            "successor_organisation": self._organisations["partner"],
            "soon": (later - timedelta(days=8)).isoformat(),
            "later": later.isoformat(),
            "much_later": (later + timedelta(hours=2)).isoformat(),
        }

    def _nomination(self, event: str, host: str) -> dict[str, str]:
        """The host, as its own partner, is asked for names and gives one."""
        deadline = (datetime.now(UTC) + timedelta(days=7)).isoformat()
        wish = {"organisation_id": host, "name": {"vi": "Đơn vị"}, "seats": 2, "deadline": deadline}
        path = f"/offers/{event}/nominations"
        made = self._admin("registrations", "POST", path, wish, expect=201)
        path = f"/nominations/{made['id']}"
        named = {"text": "Grace, grace@test.example"}
        self._admin("registrations", "POST", f"{path}/nominees", named, expect=201)
        (nominee,) = self._admin("registrations", "GET", path, None, expect=200)["nominees"]
        return {
            "nomination": str(made["id"]),
            "nominee": nominee["id"],
            "link_secret": nominee["secret"],
        }

    def _calendar(self, target: str) -> str:
        """The secret in a new address of the calendar of a target's owner."""
        owner = self._as("attendee A" if target == "own" else "attendee B")
        made = owner.post("/api/events/v1/calendar-addresses", {})
        return str(made["address"]).rpartition("/")[2].removesuffix(".ics")

    def _session(self) -> str:
        """Somebody signs in; the secret of the session."""
        nonce = secrets.token_hex(8)
        asked = {
            "email": f"{secrets.token_hex(6)}@test.example",
            "browser": hashlib.sha256(nonce.encode()).hexdigest(),
        }
        nobody = Client(self.platform, {})
        started = nobody.post("/api/community/v1/sign-ins", asked, expect=202)
        code = self.platform.deps["community"].secrets.code(UUID(started["id"]))
        proof = {"browser_nonce": nonce, "code": code}
        path = f"/api/community/v1/sign-ins/{started['id']}/complete"
        return str(nobody.post(path, proof, expect=200)["session"])

    def _headers(self, caller: str, ids: dict[str, str]) -> dict[str, str]:
        if caller == "anonymous":
            return {}
        token, _ = self._signer.issue(self._claims(caller, ids), now=datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    def _claims(self, caller: str, ids: dict[str, str]) -> dict[str, Any]:
        if caller in ("another service", "notifications"):
            name = "events" if caller == "another service" else caller
            return {"kind": "service", "sub": name}
        host, other, partner = self._organisations.values()
        roles = {
            "organiser": [[host, "organiser"]],
            "organiser of another organisation": [[other, "organiser"]],
            "partner's officer": [[partner, "officer"]],
            "officer": [[host, "officer"]],
            "leader": [[host, "leader"]],
        }.get(caller, [])
        # The door is the one of the host's event at hand; for another's or a missing one it is some other door.
        door = ids["event"] if ids["organisation"] == host else str(new_id())
        return self._plain_claims(caller) | {
            "roles": roles,
            "doors": [[host, door]] if caller == "door" else [],
        }

    def _plain_claims(self, name: str) -> dict[str, Any]:
        return {
            "kind": "person",
            "sub": self._ids[name],
            "roles": [],
            "doors": [],
            "admin": name == "admin",
            "language": "vi",
        }

    def _as(self, name: str, **more: Any) -> Client:
        token, _ = self._signer.issue(self._plain_claims(name) | more, now=datetime.now(UTC))
        return Client(self.platform, {"Authorization": f"Bearer {token}"})

    def _admin(self, service: str, method: str, path: str, body: Any, *, expect: int) -> Any:
        return self._as("admin").call(method, f"/api/{service}/v1{path}", body, expect=expect)

    def _make(self, path: str, body: dict[str, Any]) -> str:
        return str(self._admin("community", "POST", path, body, expect=201)["id"])

    def _person(self, name: str) -> str:
        address = f"{hashlib.sha256(name.encode()).hexdigest()[:8]}@test.example"
        path = f"/organisations/{self._organisations['partner']}/memberships"
        body = {"email": address, "name": name, "role": "member"}
        return str(self._admin("community", "POST", path, body, expect=201)["person_id"])

    def _event(self, host: str) -> str:
        """A published event of `host`, which is its own partner, so that it gets an invitation."""
        body = event_body(host) | {"partners": [host]}
        event = str(self._admin("events", "POST", "/events", body, expect=201)["id"])
        self._admin("events", "POST", f"/events/{event}/publish", {}, expect=200)
        client = self.platform.apps["registrations"].test_client()
        until(
            lambda: client.get(f"/v1/offers/{event}").status_code == 200, what="the event's offer"
        )
        return event

    def _webhook(self, host: str, *, missing: bool) -> dict[str, str]:
        """An endpoint of `host` (another when the last one was deleted), with a test on its way."""
        if missing:
            return {}
        service, path = "notifications", "/webhook-endpoints"
        query = f"{path}?organisation_id={host}"
        known = self._admin(service, "GET", query, None, expect=200)["items"]
        body = {"organisation_id": host, "url": "https://hethong.example/"}
        found = known[0] if known else self._admin(service, "POST", path, body, expect=201)
        test = self._admin(service, "POST", f"{path}/{found['id']}/test", {}, expect=202)
        return {"endpoint": str(found["id"]), "delivery": str(test["id"])}

    def _series(self, target: str) -> dict[str, str]:
        """Two dates, the first of them published, and another draft."""
        body = event_body(self._organisations[HOSTS[target]])
        first, other = (
            str(self._admin("events", "POST", "/events", body, expect=201)["id"]) for _ in range(2)
        )
        wish = {"event_id": first, "rule": "FREQ=DAILY;COUNT=2"}
        series = self._admin("events", "POST", "/series", wish, expect=201)
        self._admin("events", "POST", f"/events/{first}/publish", {}, expect=200)
        return {"series": str(series["id"]), "draft": other}

    def _programme(self, host: str) -> str:
        """What `host` owes in a year: nothing yet."""
        body = {"organisation_id": host, "year": 2026, "title": {"vi": "Chương trình"}}
        return str(self._admin("events", "POST", "/programmes", body, expect=201)["id"])

    def _import(self, host: str) -> str:
        """A file that was read in, and not yet confirmed."""
        answer = (
            self.platform.apps["events"]
            .test_client()
            .post(
                f"/v1/imports?organisation_id={host}&kind=meeting",
                data=TABLE,
                content_type="text/csv",
                headers=self._as("admin").headers,
            )
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["id"])

    def _list(self, event: str) -> str:
        """A list of attendees that was read in, and not yet confirmed."""
        answer = (
            self.platform.apps["registrations"]
            .test_client()
            .post(
                f"/v1/offers/{event}/imports",
                data=PEOPLE_TABLE,
                content_type="text/csv",
                headers=self._as("admin").headers,
            )
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["id"])

    def _notice(self, reader: str, query: str, organisation: str = "") -> str:
        roles = [[self._organisations[organisation], "officer"]] if organisation else []
        client = self._as(reader, roles=roles)
        path = f"/api/notifications/v1/inbox{query}"
        until(lambda: client.get(path)["items"], what="a notice in the inbox")
        return str(client.get(path)["items"][0]["id"])


class Client:
    """Calls the whole platform with the headers of one caller."""

    def __init__(self, platform: Platform, headers: dict[str, str]) -> None:
        self._platform, self.headers = platform, headers

    def get(self, path: str) -> Any:
        return self.call("GET", path, None, expect=200)

    def post(self, path: str, body: Any, *, expect: int = 201) -> Any:
        return self.call("POST", path, body, expect=expect)

    def call(self, method: str, path: str, body: Any, *, expect: int) -> Any:
        _, _, service, rest = path.split("/", 3)
        client = self._platform.apps[service].test_client()
        answer = client.open(f"/{rest}", method=method, json=body, headers=self.headers)
        assert answer.status_code == expect, f"{method} {path}: {answer.get_data(as_text=True)}"
        return answer.get_json()


_PARAMETERS = {
    "event_id": "event",
    "organisation_id": "organisation",
    "area_id": "area",
    "registration_id": "registration",
    "membership_id": "membership",
    "import_id": "import",
    "list_id": "list",
    "programme_id": "programme",
    "rule": "rule",
    "notice_id": "notice",
    "mail_id": "mail",
    "nomination_id": "nomination",
    "nominee_id": "nominee",
    "endpoint_id": "endpoint",
    "delivery_id": "delivery",
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
        "capacity": 50,
        "registration_opens_at": (now - timedelta(hours=1)).isoformat(),
        "registration_closes_at": starts_at.isoformat(),
    }


def _fill(body: Any, ids: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _fill(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [_fill(value, ids) for value in body]
    return _fill_text(body, ids) if isinstance(body, str) else body


def _fill_text(text: str, ids: dict[str, str]) -> str:
    for name in sorted(ids, key=len, reverse=True):
        text = text.replace(f"${name}", ids[name])
    return text
