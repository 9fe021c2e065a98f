"""From an organiser's button to a partner's own system, through every service: nothing looks inside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from deploy.embedded import Options, Platform
from tests.service.notifications.partners import LOCAL, Partner
from tests.support.scene import Scene, event_body
from tests.support.waiting import until


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    reach = {"webhook_http": True, "webhook_networks": LOCAL}
    platform = Platform(Options(data=tmp_path, mail=reach))
    platform.start()
    yield Scene(platform)
    platform.stop()


@pytest.fixture
def partner() -> Iterator[Partner]:
    system = Partner()
    yield system
    system.close()


def test_a_partners_system_is_told_what_becomes_of_an_event(scene: Scene, partner: Partner) -> None:
    """Published, moved, cancelled; drafts and events of others are nobody's news."""
    admin = scene._as("admin")
    organisation = scene._organisations["partner"]
    body = {"organisation_id": organisation, "url": partner.url}
    endpoint = admin.post("/api/notifications/v1/webhook-endpoints", body)

    def organised(partners: list[str]) -> str:
        made = event_body(scene._organisations["host"]) | {"partners": partners}
        return str(admin.post("/api/events/v1/events", made)["id"])

    event, other = organised([organisation]), organised([])
    organised([organisation])
    for one in (event, other):
        admin.post(f"/api/events/v1/events/{one}/publish", {}, expect=200)
    reason = {"reason": {"vi": "Bão lớn"}}
    admin.post(f"/api/events/v1/events/{event}/cancel", reason, expect=200)

    def told() -> list[dict[str, object]]:
        said = [Webhook(endpoint["secret"]).verify(one.body, one.headers) for one in partner.calls]
        return [one["data"] | {"type": one["type"]} for one in said]

    until(lambda: any(one["type"] == "event.cancelled" for one in told()), what="the cancellation")
    until(lambda: len(partner.calls) >= 3, what="three webhooks")
    kinds = {one["type"] for one in told()}
    assert kinds == {"event.published", "event.cancelled", "partner.invited"}
    assert {one.get("id", one.get("event_id")) for one in told()} == {event}
