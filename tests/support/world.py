"""A small world in a running platform, built from outside: a host, a partner, people, an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.administrators import create_admin
from deploy.visitor import Visitor
from deploy.walk import Cast
from shared.tokens import Signer, load_key

ADMIN = "quan-tri@test.example"


@dataclass
class World:
    """What was made, by name."""

    base_url: str
    signing_key: str
    admin: Visitor
    organisations: dict[str, str] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def begin(cls, base_url: str, *, community_database: str, secrets: Path) -> World:
        """Make the first administrator and sign in through a mail, as everybody does."""
        create_admin(community_database, email=ADMIN, name="Quản trị")
        admin = Visitor(base_url).sign_in(ADMIN)
        return cls(base_url, (secrets / "signing_key").read_text().strip(), admin)

    def organisation(self, name: str) -> str:
        body = {
            "kind": "public_body",
            "name": f"Đơn vị {name}",
            "short_name": name,
            "contact_email": f"{name}@test.example",
        }
        self.organisations[name] = self.admin.post("community/v1/organisations", body)["id"]
        return self.organisations[name]

    def person(
        self, name: str, *, organisation: str, role: str = "member", event_id: str | None = None
    ) -> str:
        """Somebody with a role; the mail address."""
        address = f"{name}@test.example"
        body = {"email": address, "name": f"Người {name}", "role": role} | (
            {"event_id": event_id} if event_id else {}
        )
        membership = self.admin.post(
            f"community/v1/organisations/{self.organisations[organisation]}/memberships", body
        )
        known = self.people.setdefault(
            name, {"id": membership["person_id"], "address": address, "roles": [], "doors": []}
        )
        if event_id:
            known["doors"].append([self.organisations[organisation], event_id])
        else:
            known["roles"].append([self.organisations[organisation], role])
        return address

    def token(self, name: str) -> str:
        """A token such as community gives to this person, without the mail."""
        person = self.people[name]
        claims = {
            "kind": "person",
            "sub": person["id"],
            "roles": person["roles"],
            "doors": person["doors"],
            "admin": False,
            "language": "vi",
        }
        return Signer(load_key(self.signing_key)).issue(claims, now=datetime.now(UTC))[0]

    def event(self, *, publish: bool = True, **wishes: Any) -> dict[str, Any]:
        """A new event; `wishes` as for `event_request`."""
        event: dict[str, Any] = self.admin.post("events/v1/events", self.event_request(**wishes))
        if publish:
            event = self.admin.post(f"events/v1/events/{event['id']}/publish")
            self.admin.wait_for(lambda: self._offered(event["id"]), "the offer of the event")
        return event

    def event_request(
        self,
        *,
        organisation: str,
        capacity: int = 2,
        partners: tuple[str, ...] = (),
        **changes: Any,
    ) -> dict[str, Any]:
        """What an organiser sends to begin an event: in two weeks, open for registration."""
        now = datetime.now(UTC)
        starts_at = now + timedelta(days=14)
        return {
            "organisation_id": self.organisations[organisation],
            "kind": "dialogue",
            "title": {
                "vi": "Đối thoại với doanh nghiệp trẻ",
                "en": "Dialogue with young businesses",
            },
            "summary": {"vi": "Nghe và trả lời", "en": "Listening and answering"},
            "hosts": [{"role_title": {"vi": "Chủ tịch UBND phường"}}],
            "venue": {"name": "Hội trường", "address": "Số 1"},
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
            "timezone": "Asia/Ho_Chi_Minh",
            "capacity": capacity,
            "waitlist": True,
            "registration_opens_at": (now - timedelta(hours=1)).isoformat(),
            "registration_closes_at": (starts_at - timedelta(hours=1)).isoformat(),
            "audience": {"vi": "Doanh nghiệp trẻ"},
            "partners": [self.organisations[name] for name in partners],
        } | changes

    def cast(self) -> Cast:
        """Those who walk the main job."""
        self.organisation("host")
        self.organisation("partner")
        return Cast(
            organisation=self.organisations["host"],
            organiser=self.person("organiser", organisation="host", role="organiser"),
            door="door@test.example",
            partner=self.organisations["partner"],
            partner_officer=self.person("officer", organisation="partner", role="officer"),
            attendees=(
                ("ada@test.example", "Nguyễn Thị Ada"),
                ("grace@test.example", "Đỗ Grace"),
                ("hedy@test.example", "Ưng Hedy"),
            ),
        )

    def _offered(self, event_id: str) -> bool:
        offers: list[Any] = []
        try:
            offers.append(self.admin.get(f"registrations/v1/offers/{event_id}"))
        except Exception:  # noqa: BLE001 - not there yet
            return False
        return bool(offers)
