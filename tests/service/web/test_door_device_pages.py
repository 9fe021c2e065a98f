"""The door as an app: what its scripts are given, what they may send, and what works without them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from services.web.assets import ROOT
from services.web.pages.door_words import words_of_device
from tests.service.web.fakes import NOW, ORGANISATION, iso, new_id


@pytest.fixture
def door(organiser, world):
    event = world.add()
    one = world.register(event, world.person("lan@x.vn"), "Nguyễn Thị Lan")
    return organiser, f"/cua/{event['id']}", one


def test_the_list_comes_signed_with_the_keys_and_a_token_to_send_with(door):
    organiser, path, one = door

    answer = organiser.get(f"{path}/danh-sach.json")

    assert answer.headers["Cache-Control"] == "no-store"
    keys = KeySet.import_key_set({"keys": answer.json["keys"]})
    claims = json.loads(jws.deserialize_compact(answer.json["list"], keys, ["Ed25519"]).payload)
    assert [item["id"] for item in claims["items"]] == [one["id"]]
    assert answer.json["door"]["expected"] == 1
    sent = {"device_id": new_id(), "sent_at": iso(NOW), "scans": [{"nonce": new_id()}]}
    token = {"X-CSRFToken": answer.json["csrf"]}
    assert (
        organiser.client.post(f"{path}/luot", json=sent, headers=token).json["results"][0]["nonce"]
        == sent["scans"][0]["nonce"]
    )


def test_scripts_send_nothing_without_the_token(door):
    organiser, path, _ = door
    assert organiser.client.post(f"{path}/luot", json={}).status_code == 400


def test_scripts_are_told_in_json_that_nobody_is_signed_in(browser, world):
    answer = browser.get(f"/cua/{world.add()['id']}/danh-sach.json")
    assert (answer.status_code, answer.json) == (401, {"type": "signed-out"})


def test_scripts_are_told_why_there_is_no_list(door, world, signed_in):
    """Of another's event, and while the service is away."""
    _, path, _ = door
    assert signed_in("khach@x.vn").get(f"{path}/danh-sach.json").status_code == 404
    world.away = {"registrations"}
    answer = door[0].get(f"{path}/danh-sach.json")
    assert (answer.status_code, answer.json["type"]) == (503, "away")
    assert "Retry-After" in answer.headers


def test_the_page_can_be_installed(door, browser):
    """The manifest is for anybody, names nobody, and its icons exist."""
    organiser, path, _ = door
    page = organiser.get(path)
    assert f'<link rel="manifest" href="{path}/ung-dung.webmanifest">' in page.text
    assert "manifest-src 'self'" in page.headers["Content-Security-Policy"]

    manifest = browser.get(f"{path}/ung-dung.webmanifest")

    assert manifest.mimetype == "application/manifest+json"
    body = json.loads(manifest.text)
    assert (body["start_url"], body["scope"]) == (path, "/cua/")
    assert all(browser.get(icon["src"]).status_code == 200 for icon in body["icons"])


@pytest.mark.parametrize("address", ["/cua/tho.js", "/toi/ve/tho.js"])
def test_the_workers_are_served_where_they_work(browser, address):
    answer = browser.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_scripts_hold_no_sentence_and_name_every_word_that_they_are_given(app):
    """What they say is in the catalogue, and nothing of it is left over."""
    with app.test_request_context():
        words = words_of_device()
    scripts = "".join(file.read_text() for file in sorted(Path(ROOT, "door").glob("*.js")))
    code = re.sub(r"//.*", "", scripts)
    assert not re.findall(r"[À-ɏḀ-ỿ]", code.replace("đ", "").replace("Đ", ""))
    judged = {
        "sign_in",
        "over",
        "called_off",
        "denied",
        "other-event",
        "reissued",
        "cancelled",
        "declined",
        "waitlisted",
        "pending",
        "held",
    }
    assert [name for name in words if name not in code and name not in judged] == []
    assert [name for name in re.findall(r"words\.(\w+)", code) if name not in words] == []


def test_a_walk_in_is_let_in_without_scripts(door, world):
    organiser, path, _ = door

    done = organiser.post(f"{path}/tai-cho", {"name": "  Đỗ  Khách ", "nonce": "n1"}, page=path)
    bare = organiser.post(f"{path}/tai-cho", {"name": " "}, page=path)

    assert 'class="result ok"' in done.text
    assert "Đỗ Khách" in done.text
    assert bare.status_code == 422
    assert "Xin nhập họ tên của người đến." in bare.text


def test_an_admission_is_undone_without_scripts_and_with_a_reason(door):
    organiser, path, one = door
    page = organiser.post(path, {"registration_id": one["id"]}, page=path).text
    assert f'action="{path}/hoan-tac"' in page
    assert f'name="registration_id" value="{one["id"]}"' in page
    asked = {"registration_id": one["id"]}

    without = organiser.post(f"{path}/hoan-tac", asked, page=path)
    undone = organiser.post(f"{path}/hoan-tac", asked | {"reason": "Nhầm người"}, page=path)
    again = organiser.post(f"{path}/hoan-tac", asked | {"reason": "Nhầm người"}, page=path)

    assert (without.status_code, undone.status_code, again.status_code) == (422, 200, 409)
    assert "Xin ghi lý do hoàn tác." in without.text
    assert "Đã hoàn tác" in undone.text
    assert "Người này chưa điểm danh" in again.text or "Xin tải lại" in again.text


def test_organisers_see_how_the_door_goes_and_what_to_look_at(door, world):
    organiser, path, one = door
    first = {"at": iso(NOW), "gate": "Cửa chính", "device_id": new_id()}
    row = {"id": new_id(), "kind": "admit", "at": iso(NOW), "device_at": iso(NOW), "gate": "Cửa sau", "device_id": new_id()}  # fmt: skip
    world.conflicts += [
        row | {"outcome": "conflict", "why": None, "explained": None, "registration_id": one["id"], "name": one["name"], "first": first},
        row | {"outcome": "refused", "why": "forged", "explained": "Vé giả.", "registration_id": None, "name": None, "first": None},
        row | {"outcome": "overbooked", "why": None, "explained": None, "registration_id": None, "name": "Khách", "first": None},
    ]  # fmt: skip

    page = organiser.get(path.replace("/cua/", "/to-chuc/su-kien/") + "/cua").text

    for said in ("Nguyễn Thị Lan", "Cửa chính", "Cửa sau", "Vé giả.", "Vào khi đã hết chỗ", "Hội LHPN"):  # fmt: skip
        assert said in page


def test_an_officer_sees_how_the_door_goes_without_what_is_the_organisers(signed_in, world):
    event = world.add()
    role = {"organisation": ORGANISATION, "role": "officer", "event_id": None}
    world.person("can-bo@example.vn", memberships=[role])

    page = signed_in("can-bo@example.vn").get(f"/to-chuc/su-kien/{event['id']}/cua")

    assert page.status_code == 200
    assert "Theo cửa" in page.text
    assert "Không có lượt nào" not in page.text
