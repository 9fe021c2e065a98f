"""The year at a glance: what is late or missing comes first and says the next step; and copying to another year."""

from __future__ import annotations

import re

import pytest

from tests.service.web.fakes import ORGANISATION, UNION, new_id, token_of
from tests.service.web.filling import Filled
from tests.service.web.year_fakes import programme_of

YEAR = "/to-chuc/nam"
MARCH = {
    "kind": "dialogue-business",
    "title": {"vi": "Đối thoại tháng Ba", "en": "March dialogue"},
    "due_from": "2026-03-01",
    "due_until": "2026-03-31",
}


def owed(title: str, due_from: str, due_until: str, **more):
    return MARCH | {"title": {"vi": title}, "due_from": due_from, "due_until": due_until} | more


@pytest.fixture
def programme(organiser, world):
    """Write a programme down, as the events service does."""

    def make(*items, **more):
        body = {
            "organisation_id": ORGANISATION["id"],
            "year": 2026,
            "title": {"vi": "Chương trình đối thoại"},
            "items": list(items),
        } | more
        app = world.apps()["events"]
        token = {
            "Authorization": f"Bearer {token_of(world.people['ban-to-chuc@example.vn'])}",
            "Idempotency-Key": new_id(),
        }
        made = app.test_client().post("/v1/programmes", json=body, headers=token)
        assert made.status_code == 201, made.text
        return made.json

    return make


def paying(world, programme, number=0, **more):
    ids = {"programme_id": programme["id"], "owed_event_id": programme["items"][number]["id"]}
    return world.add(**ids | more)


def first_part(page: str) -> str:
    """What stands before the strip."""
    return page[: page.index('class="strip"')]


def test_what_is_late_stands_first_then_what_is_missing(organiser, programme):
    """It is 10 March 2026; a dialogue with young people is published 30 days before."""
    programme(
        owed("Còn lâu", "2026-09-01", "2026-09-30"),
        owed("Quá hạn", "2026-01-01", "2026-01-31"),
        owed("Không kịp báo", "2026-03-01", "2026-03-31", kind="dialogue-youth"),
    )

    page = first_part(organiser.get(YEAR).text)

    assert page.index("Quá hạn") < page.index("Không kịp báo") < page.index("Còn lâu")
    assert "Đã quá hạn 31/01/2026." in page
    assert "Đã qua ngày cuối để công bố kịp (01/03/2026)" in page
    assert "Còn thiếu 1 sự kiện; xin công bố chậm nhất ngày 30/09/2026." in page


def test_a_missing_item_leads_to_a_draft_that_has_its_kind_and_title(organiser, world, programme):
    made = programme(MARCH)
    found = re.search(r'href="(/to-chuc/su-kien/moi\?[^"]+)"', organiser.get(YEAR).text)
    assert found
    path = found[1].replace("&amp;", "&")

    typed = Filled(organiser.get(path).text).typed
    assert (typed["kind"], typed["title.vi"], typed["title.en"]) == (
        "dialogue-business",
        "Đối thoại tháng Ba",
        "March dialogue",
    )
    times = {
        "starts_at": "2026-03-26T14:00",
        "ends_at": "2026-03-26T16:00",
        "registration_opens_at": "2026-03-11T08:00",
        "registration_closes_at": "2026-03-25T17:00",
        "venue.name": "Hội trường",
    }
    answer = organiser.client.post(path, data=typed | times)

    assert answer.status_code == 303, answer.text
    [event] = world.events.values()
    assert event["programme_id"] == made["id"]
    assert event["owed_event_id"] == made["items"][0]["id"]
    page = organiser.get(YEAR).text
    assert "Có bản nháp" in page
    assert f'href="/to-chuc/su-kien/{event["id"]}"' in page


@pytest.mark.parametrize(
    "query",
    ["chuong-trinh=x&muc=y", "chuong-trinh={other}&muc={item}", "chuong-trinh={own}&muc=y"],
)
def test_an_address_that_names_no_item_of_ones_own_begins_an_empty_draft(
    organiser, programme, query
):
    own, other = programme(MARCH), new_id()
    path = query.format(own=own["id"], other=other, item=own["items"][0]["id"])

    typed = Filled(organiser.get(f"/to-chuc/su-kien/moi?{path}").text).typed

    assert typed["title.vi"] == typed["kind"] == ""
    assert not typed.get("owed_event_id")


def test_the_programme_of_another_organisation_begins_no_draft(organiser, world):
    """It can be read by everybody; events are put into it by its own organisers."""
    theirs = programme_of(world, UNION)
    item = world.programmes[theirs].items[0].id

    page = organiser.get(f"/to-chuc/su-kien/moi?chuong-trinh={theirs}&muc={item}").text

    assert not Filled(page).typed.get("owed_event_id")


@pytest.mark.parametrize("asked", ["..%2Fevents", "x", "%00"])
def test_what_is_no_id_is_asked_of_nobody(organiser, world, asked):
    world.asked.clear()

    assert organiser.get(f"/to-chuc/su-kien/moi?chuong-trinh={asked}").status_code == 200
    assert not [
        path for _, path in world.asked if path.startswith(("/v1/programmes/", "/v1/events"))
    ]


def test_a_drafted_item_that_is_late_leads_to_its_draft(organiser, world, programme):
    made = programme(owed("Quá hạn", "2026-01-01", "2026-01-31"))
    draft = paying(world, made, status="draft", seats=None)

    page = first_part(organiser.get(YEAR).text)

    assert f'href="/to-chuc/su-kien/{draft["id"]}/cong-bo"' in page
    assert "Tạo bản nháp cho mục này" not in page


def test_every_state_has_a_word_and_the_events_that_pay_are_linked(organiser, world, programme):
    made = programme(
        owed("Xong", "2026-01-01", "2026-02-28"),
        owed("Báo rồi", "2026-03-01", "2026-03-31"),
        owed("Nháp", "2026-05-01", "2026-05-31"),
        owed("Thiếu", "2026-06-01", "2026-06-30", how_many=2),
    )
    held = {"starts_at": "2026-02-05T01:00:00Z", "ends_at": "2026-02-05T03:00:00Z"}
    events = [
        paying(world, made, 0, status="completed", **held),
        paying(world, made, 1),
        paying(world, made, 2, status="draft"),
        paying(world, made, 3),
    ]
    beside = world.add(programme_id=made["id"], title={"vi": "Gặp thêm", "en": None})

    page = organiser.get(YEAR).text

    for word in (
        "Đã xong",
        "Đã công bố",
        "Có bản nháp",
        "Chưa có",
        "0 xong, 1 công bố, 0 nháp / 2",
    ):
        assert word in page
    for event in (*events, beside):
        assert f'href="/to-chuc/su-kien/{event["id"]}"' in page
    assert "Sự kiện khác của chương trình" in page
    # On the strip, and two in its key.
    assert page.count('r="4.500"') == 5 + 2


def test_a_year_without_gaps_says_so(organiser, world, programme):
    paying(world, programme(MARCH))

    page = organiser.get(YEAR).text

    assert "Không có mục nào thiếu hoặc trễ." in page
    assert "Cần làm trước" not in page


def test_the_legal_basis_and_the_money_are_shown(organiser, programme):
    basis = {"number": "12/KH-UBND", "issuer": "UBND phường", "date": "2026-01-05", "valid_until": "2026-12-31"}  # fmt: skip
    programme(legal_basis=basis, funding_source="Ngân sách phường", estimate=250_000_000)

    page = organiser.get(YEAR).text

    assert "Căn cứ: 12/KH-UBND, UBND phường, 05/01/2026 (đến hết 31/12/2026)" in page
    assert "Dự toán: 250.000.000 đồng" in page


def test_an_empty_year_offers_a_copy_of_the_one_before(organiser, programme):
    made = programme(MARCH)

    page = organiser.get(f"{YEAR}?nam=2027").text

    assert "Chưa có chương trình nào cho năm 2027" in page
    assert f'href="{YEAR}/{made["id"]}/sao-chep"' in page


@pytest.mark.parametrize("year", ["0000", "abcd", "99999", "٢٠٢٥"])
def test_a_year_that_is_none_is_this_one(organiser, programme, year):
    programme(MARCH)

    assert "Chương trình năm 2026" in organiser.get(YEAR, query_string={"nam": year}).text


def test_the_list_of_events_counts_what_is_missing_or_late(organiser, world, programme):
    path = f'href="{YEAR}?don-vi={ORGANISATION["id"]}"'
    assert path in organiser.get("/to-chuc").text
    made = programme(MARCH, owed("Quá hạn", "2026-01-01", "2026-01-31"))
    assert "2 mục thiếu hoặc trễ" in organiser.get("/to-chuc").text
    paying(world, made, 0)
    assert "1 mục thiếu hoặc trễ" in organiser.get("/to-chuc").text


def test_a_programme_is_copied_and_what_came_of_it_is_shown(organiser, world, programme):
    """The second Thursday of February 2026 becomes that of 2027; sent again, it is the same answer."""
    made = programme(owed("Tháng Hai", "2026-02-01", "2026-02-28"))
    held = {"starts_at": "2026-02-12T01:00:00Z", "ends_at": "2026-02-12T03:00:00Z"}
    paying(world, made, status="completed", **held)
    day = {"date": "2027-02-11", "event_id": None, "text": {"vi": "Tết Nguyên đán"}, "source": None}
    world.warnings = [
        {
            "rule": "holiday",
            "text": {"vi": "Trùng ngày nghỉ lễ"},
            "source": None,
            "must_be_accepted": False,
            "about": [day],
            "accepted": None,
        }
    ]
    path = f"{YEAR}/{made['id']}/sao-chep"
    typed = Filled(organiser.get(path).text).typed
    assert typed["year"] == "2027"

    page = organiser.client.post(path, data=typed)
    again = organiser.client.post(path, data=typed)

    assert page.status_code == 200
    assert "Thứ Năm, 12/02/2026, 08:00–10:00" in page.text
    assert "Thứ Năm, 11/02/2027, 08:00" in page.text
    assert "Trùng ngày nghỉ lễ" in page.text
    assert "Tết Nguyên đán" in page.text
    assert again.text.split("<main")[1] == page.text.split("<main")[1]
    assert len(world.programmes) == 2


@pytest.mark.parametrize("year", ["2025", "26", "x", ""])
def test_a_copy_to_an_earlier_or_unreadable_year_is_refused_at_its_field(
    organiser, world, programme, year
):
    path = f"{YEAR}/{programme(MARCH)['id']}/sao-chep"

    page = organiser.post(path, {"year": year}, page=path)

    assert page.status_code == 422
    assert 'id="year-error"' in page.text
    assert len(world.programmes) == 1


@pytest.fixture
def holding(signed_in, world):
    def make(role: str, organisation=ORGANISATION):
        held = [{"organisation": organisation, "role": role, "event_id": None}]
        world.person("ai@example.vn", memberships=held)
        return signed_in("ai@example.vn")

    return make


def test_a_leader_sees_the_year_and_edits_nothing(holding, world, programme):
    made = programme(MARCH)
    leader = holding("leader")

    page = leader.get(YEAR).text

    assert "Đối thoại tháng Ba" in page
    assert "Chương trình năm" in leader.get("/to-chuc").text
    for link in ("/sua", "/sao-chep", "/moi"):
        assert link not in page
    for step in ("sua", "sao-chep"):
        assert leader.get(f"{YEAR}/{made['id']}/{step}").status_code == 404
        posted = leader.post(f"{YEAR}/{made['id']}/{step}", {"year": "2027", "title.vi": "x"})
        assert posted.status_code == 404
    assert leader.get(f"{YEAR}/moi").status_code == 404
    assert len(world.programmes) == 1


@pytest.mark.parametrize(("role", "organisation"), [("officer", ORGANISATION), ("leader", UNION)])
def test_for_others_the_year_of_an_organisation_is_not_there(
    holding, programme, role, organisation
):
    made = programme(MARCH)
    stranger = holding(role, organisation)

    assert stranger.get(f"{YEAR}?don-vi={ORGANISATION['id']}").status_code == 404
    assert stranger.get(f"{YEAR}/{made['id']}/sua").status_code == 404
    if role == "officer":
        assert YEAR not in stranger.get("/to-chuc").text


def test_the_list_of_events_stands_while_nobody_knows_the_programmes(organiser, world):
    """What a page shows beside its subject does not take it away."""
    world.away_at = "/v1/programmes"

    assert organiser.get("/to-chuc").status_code == 200
