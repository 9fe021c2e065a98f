"""From the organiser's wish to the nominee's ticket, through every service: messages, mails and tokens are the real ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded import Options, Platform
from tests.support.scene import Client, Scene
from tests.support.waiting import until

LINK = re.compile(r"/de-cu/([0-9a-f-]{36})/(\S+)")


@pytest.mark.slow
def test_a_nominee_is_asked_by_mail_and_confirms_with_the_link_in_it(tmp_path: Path) -> None:
    """The partner is asked, its people are asked, and whoever confirmed gets the ticket by mail like everybody."""
    platform = Platform(Options(data=tmp_path, demo=True))
    platform.start()
    try:
        scene = Scene(platform)
        _the_way(scene)
    finally:
        platform.stop()


def _the_way(scene: Scene) -> None:
    ids = scene.fresh("own")
    admin = scene._as("admin", roles=[[ids["organisation"], "organiser"]])
    partner = ids["successor_organisation"]
    opened = admin.post(
        f"/api/registrations/v1/offers/{ids['event']}/nominations",
        {
            "organisation_id": partner,
            "name": {"vi": "Hội Phụ nữ"},
            "seats": 2,
            "deadline": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
        },
    )
    officer = scene._as("partner's officer", roles=[[partner, "officer"]])
    inbox = f"/api/notifications/v1/inbox?organisation_id={partner}"
    until(
        lambda: "nomination-opened" in [one["kind"] for one in officer.get(inbox)["items"]],
        what="the partner's notice",
    )
    officer.post(
        f"/api/registrations/v1/nominations/{opened['id']}/nominees",
        {"text": "Trần Văn Ví Dụ, vi-du@test.example"},
    )

    nominee, secret = _link(admin)
    person = scene._as("attendee B")
    path = f"/api/registrations/v1/nominees/{nominee}"
    shown = person.post(f"{path}/look", {"secret": secret}, expect=200)
    assert shown["partner"]["vi"] == "Hội Phụ nữ"
    answer = {"secret": secret, "consent_version": shown["consent"]["version"]}
    done = person.post(f"{path}/confirm", answer, expect=200)

    mine = f"/api/registrations/v1/registrations/{done['registration_id']}/ticket"
    assert person.get(mine)["registration_id"] == done["registration_id"]
    until(
        lambda: (
            "registration-confirmed"
            in [one["kind"] for one in person.get("/api/notifications/v1/inbox")["items"]]
        ),
        what="the nominee's notice",
    )
    listed = officer.get(f"/api/registrations/v1/nominations/{opened['id']}")
    assert [one["state"] for one in listed["nominees"]] == ["confirmed"]


def _link(reader: Client) -> tuple[str, str]:
    """Nominee and secret, out of the mail to the one who was named by the partner."""
    found: list[Any] = []

    def arrived() -> bool:
        for mail in reader.get("/api/notifications/v1/outbox?limit=200")["items"]:
            if "vi-du@test.example" in str(mail):
                whole = str(reader.get(f"/api/notifications/v1/outbox/{mail['id']}"))
                found[:] = LINK.findall(whole.replace("\\r", " ").replace("\\n", " "))
        return bool(found)

    until(arrived, what="the nominee's mail")
    return found[0][0], found[0][1]
