"""A programme that was begun by mistake: asked once, gone, and where it cannot go, what to do first."""

from __future__ import annotations

import pytest

from tests.service.web.fakes import ORGANISATION, new_id
from tests.service.web.filling import Filled
from tests.service.web.year_fakes import programme_of


@pytest.fixture
def path(organiser, world):
    return f"/to-chuc/nam/{programme_of(world)}"


def test_it_is_asked_and_then_gone_and_pressing_again_says_so(organiser, world, path):
    assert f'href="{path}/xoa"' in organiser.get(f"{path}/sua").text
    page = organiser.get(f"{path}/xoa").text
    assert "Xóa chương trình này?" in page

    done, again = (organiser.client.post(f"{path}/xoa", data=Filled(page).typed) for _ in range(2))

    assert world.programmes == {}
    assert done.location == f"/to-chuc/nam?don-vi={ORGANISATION['id']}&nam=2026"
    assert again.status_code == 303
    said = organiser.get("/to-chuc/nam").text
    assert "Đã xóa chương trình." in said
    assert "Chương trình này không còn nữa." in said


def test_with_an_event_in_it_the_page_leads_there(organiser, world, path):
    form = Filled(organiser.get(f"{path}/xoa").text).typed
    event = world.add(programme_id=path.rpartition("/")[2], status="draft", seats=None)

    refused = organiser.client.post(f"{path}/xoa", data=form)

    assert refused.status_code == 422
    for page in (refused.text, organiser.get(f"{path}/xoa").text):
        assert f'href="/to-chuc/su-kien/{event["id"]}/sua"' in page
        assert "btn stop" not in page
    assert len(world.programmes) == 1


def test_what_somebody_else_edited_is_looked_at_again_first(organiser, world, path):
    form = Filled(organiser.get(f"{path}/xoa").text).typed

    refused = organiser.client.post(f"{path}/xoa", data=form | {"etag": '"9"'})

    assert "Có người vừa sửa chương trình này" in refused.text
    assert organiser.client.post(f"{path}/xoa", data=Filled(refused.text).typed).status_code == 303
    assert world.programmes == {}


def test_while_events_is_away_nothing_is_deleted(organiser, world, path):
    form = Filled(organiser.get(f"{path}/xoa").text).typed
    world.away_at = path.replace("/to-chuc/nam", "/v1/programmes")

    assert organiser.client.post(f"{path}/xoa", data=form).status_code == 503
    assert len(world.programmes) == 1


def test_it_is_no_page_for_those_who_do_not_plan_there(signed_in, world, path):
    other = {"id": new_id(), "name": "Đơn vị khác"}
    for role, owner in (("leader", ORGANISATION), ("organiser", other)):
        held = {"organisation": owner, "role": role, "event_id": None}
        email = f"{role}@khac.vn"
        world.person(email, memberships=[held])
        assert signed_in(email).get(f"{path}/xoa").status_code == 404
