"""The door: who comes in, who does not, and why; in sentences that can be read out."""

from __future__ import annotations

import pytest

from tests.service.web.fakes import EMPTY, ORGANISATION


@pytest.fixture
def door(organiser, world):
    event = world.add()
    world.register(event, world.person("lan@x.vn"), "Nguyễn Thị Lan")
    return organiser, f"/cua/{event['id']}"


def test_the_door_lets_in_once_and_says_so(door):
    organiser, path = door

    first = organiser.post(path, {"entry": "k7mq-4rwx"}, page=path)
    again = organiser.post(path, {"entry": "K7MQ-4RWX"}, page=path)
    wrong = organiser.post(path, {"entry": "XXXX99"}, page=path)

    assert (first.status_code, again.status_code, wrong.status_code) == (200, 409, 422)
    assert 'class="result ok"' in first.text
    assert "Nguyễn Thị Lan" in first.text
    assert 'class="result wait"' in again.text
    assert 'class="result gone"' in wrong.text
    assert first.headers["Cache-Control"] == "no-store"


def test_the_door_says_when_it_could_not_record(door, world):
    organiser, path = door
    page = organiser.get(path)
    assert page.status_code == 200
    world.away = {"registrations"}

    answer = organiser.post(path, {"entry": "K7MQ-4RWX"}, page="/toi/ho-so")

    assert answer.status_code == 503
    assert "Chưa kết nối được" in answer.text


def test_the_door_finds_people_by_name(door):
    organiser, path = door

    page = organiser.get(f"{path}?q=lan").text

    assert "Cho vào: Nguyễn Thị Lan" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("XXXX99", "Không có đăng ký nào với mã này."),
        ("x.forged-ticket-of-somebody", "Vé này không do hệ thống phát hành."),
        ("v1." + "x" * 500, "Dài nhất 400 ký tự."),
    ],
)
def test_the_door_says_why_in_a_sentence(door, typed, said):
    """What the service answered in words, not the key that programs read."""
    organiser, path = door

    page = organiser.post(path, {"entry": typed}, page=path)

    assert page.status_code == 422
    assert f'<p class="result-why">{said}</p>' in page.text


def test_the_door_speaks_english_to_who_chose_it(door):
    organiser, path = door
    organiser.post("/ngon-ngu", {"language": "en"})
    organiser._headers = {"Accept-Language": "en"}

    page = organiser.post(path, {"entry": "XXXX99"}, page=path)

    assert "No registration has this code." in page.text


def test_leaving_the_door_leads_to_the_event_for_those_who_see_it(door):
    organiser, path = door

    assert f'href="{path.replace("/cua/", "/to-chuc/su-kien/")}"' in organiser.get(path).text


def test_leaving_the_door_leads_home_for_who_only_helps_there(signed_in, world):
    event = world.add()
    world.person("cua@example.vn", doors=[[ORGANISATION["id"], event["id"]]])

    page = signed_in("cua@example.vn").get(f"/cua/{event['id']}").text

    assert '<a class="plain" href="/toi">' in page
    assert "/to-chuc" not in page


def test_who_helps_at_the_door_of_one_event_finds_it_on_their_own_page(signed_in, world):
    event = world.add()
    world.person("cua@example.vn", doors=[[event["organisation"]["id"], event["id"]]])

    assert f'href="/cua/{event["id"]}"' in signed_in("cua@example.vn").get("/toi").text


def test_a_door_of_an_event_without_a_time_is_not_shown_yet(signed_in, world):
    """Somebody who plans the event and also helps at its door sees the draft."""
    event = world.add(**EMPTY)
    role = {"organisation": ORGANISATION, "role": "organiser", "event_id": None}
    doors = [[ORGANISATION["id"], event["id"]]]
    world.person("cua@example.vn", doors=doors, memberships=[role])

    page = signed_in("cua@example.vn").get("/toi")

    assert page.status_code == 200
    assert "/cua/" not in page.text
