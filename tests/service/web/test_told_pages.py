"""Who is told: what a page says before a step, and after it, is what happens."""

from __future__ import annotations

import re

import pytest

from tests.service.web.fakes import UNION, WOMEN
from tests.service.web.year_fakes import series_of


def told(page):
    """What stands in the list of who is told, without its tags."""
    found = re.search(r'<section class="card told">.*?</section>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[0])


@pytest.mark.parametrize("step", ["cong-bo", "doi-lich", "tam-hoan", "huy"])
def test_who_organises_it_too_is_named_with_the_partners(organiser, world, step):
    status = {"status": "draft", "seats": None} if step == "cong-bo" else {}
    event = world.add(**status, partners=[WOMEN], co_organisers=[UNION])

    said = told(organiser.get(f"/to-chuc/su-kien/{event['id']}/{step}").text)

    assert "2 đơn vị phối hợp, đồng tổ chức" in said
    assert WOMEN["name"] in said
    assert f"{UNION['name']} (đồng tổ chức)" in " ".join(said.split())


@pytest.mark.parametrize("step", ["cong-bo", "huy"])
def test_who_organises_a_series_too_is_named(organiser, world, step):
    status = {"status": "draft", "seats": None} if step == "cong-bo" else {}
    series = series_of(world, world.add(**status, partners=[], co_organisers=[UNION]))

    assert UNION["name"] in told(organiser.get(f"/to-chuc/chuoi/{series}/{step}").text)


@pytest.mark.parametrize("invited", [[], [UNION]], ids=["nobody", "somebody"])
@pytest.mark.parametrize("alone", [True, False], ids=["event", "series"])
def test_invitations_are_said_to_be_sent_where_somebody_is_invited(
    organiser, world, invited, alone
):
    draft = world.add(status="draft", seats=None, partners=[], co_organisers=invited)
    path = (
        f"/to-chuc/su-kien/{draft['id']}" if alone else f"/to-chuc/chuoi/{series_of(world, draft)}"
    )

    organiser.post(f"{path}/cong-bo", page=f"{path}/cong-bo")

    assert ("Thư mời đang được gửi" in organiser.get(path).text) is bool(invited)


@pytest.mark.parametrize(
    ("status", "words"),
    [("held", "3 người đang được mời nhận chỗ"), ("pending", "3 người đang chờ duyệt")],
)
def test_people_without_a_place_are_not_counted_as_partners(organiser, world, status, words):
    event = world.add()
    world.told_more = [("person", status, 3)]

    assert words in told(organiser.get(f"/to-chuc/su-kien/{event['id']}/huy").text)
