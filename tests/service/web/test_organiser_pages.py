"""The organiser's pages, and the demo's outbox."""

from __future__ import annotations

from tests.service.web.conftest import Browser, portal
from tests.service.web.fakes import NOW, ORGANISATION, UNION, iso, new_id

TYPED = {
    "organisation_id": ORGANISATION["id"], "kind": "dialogue-business", "title.vi": "Đối thoại <thử>", "title.en": "A dialogue", "summary.vi": "Tóm tắt",
    "venue.name": "Hội trường", "starts_at": "2026-05-20T14:00", "ends_at": "2026-05-20T16:00", "registration_opens_at": "2026-04-20T08:00",
    "registration_closes_at": "2026-05-19T17:00", "capacity": "120", "waitlist": "1", "language.vi": "1", "timezone": "Asia/Ho_Chi_Minh", "nonce": "0123456789abcdef",
    "hosts.0.role_title.vi": "Chủ tịch UBND phường", "hosts.0.note.vi": "", "hosts.1.role_title.vi": "", f"partner.{UNION['id']}": "1",
}  # fmt: skip


def test_an_organiser_writes_a_draft_looks_it_over_and_publishes_it(organiser, world):
    made = organiser.post("/to-chuc/su-kien/moi", TYPED, page="/to-chuc/su-kien/moi")
    assert made.status_code == 303, made.text
    event = next(iter(world.events.values()))
    assert event["title"] == {"vi": "Đối thoại <thử>", "en": "A dialogue"}
    assert event["starts_at"] == "2026-05-20T07:00:00Z"
    assert [host["role_title"] for host in event["hosts"]] == [{"vi": "Chủ tịch UBND phường"}]
    assert event["status"] == "draft"
    assert "Đối thoại &lt;thử&gt;" in organiser.get("/to-chuc").text

    review = f"{made.location}/cong-bo"
    page = organiser.get(review).text
    assert UNION["name"] in page
    assert "Mọi người xem trang công khai" in page
    assert event["status"] == "draft"

    organiser.post(review, page=review)
    assert event["status"] == "published"


def test_wrong_fields_are_named_in_the_order_of_the_page_and_the_rest_stays(organiser, world):
    typed = TYPED | {"title.vi": "", "ends_at": "không rõ", "capacity": "-5"}

    page = organiser.post("/to-chuc/su-kien/moi", typed, page="/to-chuc/su-kien/moi")

    assert page.status_code == 422
    assert (
        page.text.index('href="#title.vi"')
        < page.text.index('href="#ends_at"')
        < page.text.index('href="#capacity"')
    )
    for kept in ("A dialogue", "Tóm tắt", "không rõ", "-5", "Chủ tịch UBND phường"):
        assert kept in page.text
    assert world.events == {}


def test_what_events_refuses_is_said_at_its_field(organiser, world):
    page = organiser.post(
        "/to-chuc/su-kien/moi", TYPED | {"ends_at": "2026-05-20T13:00"}, page="/to-chuc/su-kien/moi"
    )

    assert page.status_code == 422
    assert 'id="ends_at-error"' in page.text


def test_a_draft_typed_while_events_is_away_is_kept(organiser, world):
    world.away = {"events"}

    page = organiser.post("/to-chuc/su-kien/moi", TYPED, page="/toi/ho-so")

    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "A dialogue" in page.text


def test_moving_an_event_says_who_is_told_and_keeps_the_reason(organiser, world):
    event = world.add()
    path = f"/to-chuc/su-kien/{event['id']}/doi-lich"
    typed = {
        "starts_at": "2026-04-02T14:00",
        "ends_at": "2026-04-02T16:30",
        "timezone": "Asia/Ho_Chi_Minh",
        "reason.vi": "Trùng lịch họp",
    }

    page = organiser.get(path).text
    assert "166 người đã có chỗ: Báo đổi lịch" in page
    assert "(thư điện tử, hộp thư trên trang này)" in page
    moved = organiser.post(path, typed, page=path)

    assert moved.location == f"/to-chuc/su-kien/{event['id']}"
    assert event["starts_at"] == "2026-04-02T07:00:00Z"
    assert event["reason"] == {"vi": "Trùng lịch họp"}


def test_a_change_that_tells_people_needs_a_reason(organiser, world):
    event = world.add()
    path = f"/to-chuc/su-kien/{event['id']}/huy"

    page = organiser.post(path, {"reason.vi": " "}, page=path)

    assert page.status_code == 422
    assert event["status"] == "published"
    organiser.post(path, {"reason.vi": "Mưa bão"}, page=path)
    assert event["status"] == "cancelled"


def test_a_capacity_below_the_confirmed_is_refused_with_the_reason(organiser, world):
    event = world.add()
    page = f"/to-chuc/su-kien/{event['id']}"

    refused = organiser.post(f"{page}/suc-chua", {"capacity": "10", "was": "200"}, page=page)

    assert refused.status_code == 422
    assert "chỗ được nhận" in refused.text
    done = organiser.post(f"{page}/suc-chua", {"capacity": "250", "was": "200"}, page=page)
    assert done.status_code == 303
    assert event["capacity"] == 250


def test_a_capacity_that_somebody_else_changed_meanwhile_is_not_overwritten(organiser, world):
    event = world.add()
    page = f"/to-chuc/su-kien/{event['id']}"

    stale = organiser.post(f"{page}/suc-chua", {"capacity": "250", "was": "180"}, page=page)

    assert stale.status_code == 422
    assert event["capacity"] == 200
    assert 'name="was" value="200"' in stale.text


def test_texts_of_a_published_event_are_edited_and_its_times_stay(organiser, world):
    event = world.add()
    path = f"/to-chuc/su-kien/{event['id']}/sua"
    assert 'name="starts_at"' not in organiser.get(path).text

    saved = organiser.post(
        path,
        {
            "title.vi": "Tên mới",
            "venue.name": "Nơi mới",
            "language.vi": "1",
            "etag": '"7"',
            "starts_at": "2030-01-01T00:00",
        },
        page=path,
    )

    assert saved.status_code == 303
    assert event["title"] == {"vi": "Tên mới", "en": None}
    assert event["starts_at"].startswith("2026-03-26")


def test_an_event_that_somebody_else_edited_is_not_overwritten(organiser, world):
    event = world.add()
    path = f"/to-chuc/su-kien/{event['id']}/sua"

    stale = organiser.post(
        path,
        {"title.vi": "Tên mới", "venue.name": "Nơi", "language.vi": "1", "etag": '"1"'},
        page=path,
    )

    assert stale.status_code == 422
    assert 'value="Tên mới"' in stale.text
    assert event["title"]["vi"] != "Tên mới"


def test_the_attendee_list_counts_and_finds(organiser, world):
    event = world.add()
    for name in ("Phạm Văn Đức", "Lê Ngọc Ánh"):
        world.register(event, world.person(f"{name}@x.vn"), name, phone="0901")
    world.deliveries.append(
        {
            "id": new_id(),
            "recipient_kind": "person",
            "template": "registration-confirmed",
            "channel": "email",
            "status": "permanent-failure",
            "attempts": [],
            "created_at": iso(NOW),
        }
    )

    whole = f"/to-chuc/su-kien/{event['id']}/danh-sach"
    page = organiser.get(f"{whole}?q=phạm").text

    assert "Phạm Văn Đức" in page
    assert "Lê Ngọc Ánh" not in page
    assert "Không gửi được" not in page
    assert "Không gửi được" in organiser.get(whole).text


MAIL = {
    "headers": {"To": "a@x.vn", "Subject": "Mã <b>"},
    "text": "http://127.0.0.1:8000/toi https://evil.example/x",
    "html": '<p style="color:red">"x"</p><script>alert(1)</script>',
    "attachments": [],
}


def test_the_outbox_is_only_there_in_a_demo(world, browser):
    world.mails["m1"] = MAIL

    assert browser.get("/outbox").status_code == 404
    assert Browser(portal(world, demo=True).test_client()).get("/outbox").status_code == 200


def test_the_outbox_is_only_for_this_machine(world):
    client = portal(world, demo=True).test_client()

    assert client.get("/outbox", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    assert client.get("/outbox", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_a_mail_stands_in_a_frame_that_can_do_nothing(world):
    world.mails["m1"] = MAIL

    page = Browser(portal(world, demo=True).test_client()).get("/outbox/m1").text

    assert 'sandbox=""' in page
    assert "<script>alert" not in page
    assert 'href="/toi"' in page
    assert 'href="https://evil' not in page


def test_a_postponed_event_says_so_to_everybody_and_waits_for_its_new_time(organiser, world):
    event = world.add()
    overview = f"/to-chuc/su-kien/{event['id']}"
    step = f"{overview}/tam-hoan"

    assert "166 người đã có chỗ: Báo tạm hoãn" in organiser.get(step).text
    done = organiser.post(step, {"reason.vi": "Hội trường đang sửa"}, page=step)

    assert done.location == overview
    page = organiser.get(overview).text
    assert "Đặt thời gian mới" in page
    assert "Hủy sự kiện" in page
    assert "Ghi nhận đã diễn ra" not in page
    public = organiser.get(f"/su-kien/{event['id']}").text
    assert "Sự kiện tạm hoãn" in public
    assert "Hội trường đang sửa" in public
    assert "Đăng ký tham dự" not in public


def test_an_event_that_is_over_is_marked_as_held(organiser, world):
    event = world.add(ends_at="2020-01-01T09:00:00Z", starts_at="2020-01-01T07:00:00Z")
    overview = f"/to-chuc/su-kien/{event['id']}"

    page = organiser.get(overview).text
    assert "Ghi nhận đã diễn ra" in page
    assert "Đổi lịch" not in page
    done = organiser.post(f"{overview}/da-dien-ra", page=overview)

    assert done.location == overview
    assert event["status"] == "completed"
    assert "Đã diễn ra" in organiser.get(overview).text


def test_what_a_rule_warns_of_is_shown_with_its_source_and_asks_for_a_reason(organiser, world):
    world.warnings = [
        {
            "rule": "youth_30_days",
            "text": {"vi": "Công bố ít hơn 30 ngày trước", "en": None},
            "source": {"vi": "Luật Thanh niên 57/2020/QH14", "en": None},
            "must_be_accepted": True,
            "about": [],
            "accepted": None,
        }
    ]
    made = organiser.post("/to-chuc/su-kien/moi", TYPED, page="/to-chuc/su-kien/moi")
    event = next(iter(world.events.values()))
    review = f"{made.location}/cong-bo"
    page = organiser.get(review).text
    assert "Công bố ít hơn 30 ngày trước" in page
    assert "Luật Thanh niên 57/2020/QH14" in page

    refused = organiser.post(review, page=review)
    assert "Xin nêu lý do vẫn công bố" in refused.text
    assert event["status"] == "draft"

    organiser.post(review, {"accept.youth_30_days": "Lịch của lãnh đạo vừa đổi"}, page=review)
    assert event["status"] == "published"
