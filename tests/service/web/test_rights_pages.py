"""Whose the organiser's pages are: for everybody else they are not there, and no form of theirs does anything."""

from __future__ import annotations

import pytest

from tests.service.web.fakes import EMPTY, ORGANISATION, UNION

READ = ("", "/danh-sach")
STEPS = ("/sua", "/doi-lich", "/huy")
FORMS = ("/sua", "/cong-bo", "/doi-lich", "/huy", "/suc-chua")


@pytest.fixture
def holding(signed_in, world):
    """The browser of somebody with a role."""

    def make(role: str | None, organisation=ORGANISATION, **more):
        held = [{"organisation": organisation, "role": role, "event_id": None}] if role else []
        world.person("ai@example.vn", memberships=held, **more)
        return signed_in("ai@example.vn")

    return make


def statuses(browser, event, pages):
    return {
        page: browser.get(f"/to-chuc/su-kien/{event['id']}{page}").status_code for page in pages
    }


@pytest.mark.parametrize("role", [None, "member"])
def test_for_who_has_no_part_in_it_no_page_of_an_event_is_there(holding, world, role):
    browser = holding(role)

    assert set(statuses(browser, world.add(), READ + STEPS).values()) == {404}
    assert browser.get("/to-chuc/su-kien/moi").status_code == 404
    assert browser.get(f"/to-chuc?don-vi={ORGANISATION['id']}").status_code == 404


def test_an_organiser_of_another_organisation_is_a_stranger_here(holding, world):
    browser = holding("organiser", UNION)

    assert set(statuses(browser, world.add(), READ + STEPS).values()) == {404}
    assert browser.get(f"/to-chuc?don-vi={ORGANISATION['id']}").status_code == 404
    assert browser.get(f"/to-chuc?don-vi={UNION['id']}").status_code == 200


@pytest.mark.parametrize("role", [None, "officer", "leader"])
def test_a_form_sent_by_who_may_not_change_the_event_does_nothing(holding, world, role):
    browser, event = holding(role), world.add()
    before = dict(event)

    for form in FORMS:
        path = f"/to-chuc/su-kien/{event['id']}{form}"
        assert browser.post(path, {"reason.vi": "Bão", "capacity": "9"}).status_code == 404
    assert browser.post("/to-chuc/su-kien/moi", {"title.vi": "Mới"}).status_code == 404
    assert event == before
    assert not any("/v1/events" in path or "/v1/offers" in path for _, path, _ in world.sent)


def test_an_officer_reads_and_runs_the_door_and_edits_nothing(holding, world):
    event = world.add()
    world.register(event, world.person("lan@x.vn"), "Nguyễn Thị Lan", phone="0901234567")
    browser = holding("officer")

    assert f'href="/to-chuc/su-kien/{event["id"]}"' in browser.get("/to-chuc").text
    page = browser.get(f"/to-chuc/su-kien/{event['id']}").text
    assert f'href="/cua/{event["id"]}"' in page
    assert "/danh-sach" in page
    for step in ("/sua", "/doi-lich", "/huy", "/suc-chua"):
        assert f"{step}" not in page
    listed = browser.get(f"/to-chuc/su-kien/{event['id']}/danh-sach").text
    assert "Nguyễn Thị Lan" in listed
    assert "0901234567" not in listed
    assert "Thư đã gửi" not in listed
    assert statuses(browser, event, STEPS) == dict.fromkeys(STEPS, 404)


def test_a_leader_sees_how_things_stand_drafts_too_and_no_names(holding, world):
    event, draft = world.add(), world.add(**EMPTY)
    browser = holding("leader")

    assert "Bản nháp trống" in browser.get("/to-chuc").text
    assert browser.get(f"/to-chuc/su-kien/{draft['id']}").status_code == 200
    page = browser.get(f"/to-chuc/su-kien/{event['id']}").text
    for link in ("/cua/", "/danh-sach", "/sua", "/huy", "/to-chuc/su-kien/moi"):
        assert link not in page
    assert statuses(browser, event, STEPS) == dict.fromkeys(STEPS, 404)


def test_an_administrator_may_do_everything(holding, world):
    browser = holding(None, admin=True)

    assert set(statuses(browser, world.add(), READ + STEPS).values()) == {200}
    assert browser.get("/to-chuc/su-kien/moi").status_code == 200


def test_whoever_is_not_signed_in_is_asked_to(browser, world):
    event = world.add()

    for page in READ + STEPS:
        answer = browser.get(f"/to-chuc/su-kien/{event['id']}{page}")
        assert answer.location.startswith("/dang-nhap")


def test_an_officer_whose_organisation_has_no_event_yet_is_told_what_comes_next(holding):
    page = holding("officer").get("/to-chuc").text

    assert "Khi ban tổ chức công bố sự kiện" in page
    assert '<a class="btn quiet" href="/">' in page
