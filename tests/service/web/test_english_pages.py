"""In English the frame of every page is English: no Vietnamese sentence of the catalogue is left on it."""

from __future__ import annotations

import html
import re

import pytest

from tests.service.web.after_fakes import after_pages
from tests.service.web.fakes import (
    CONCLUSION,
    EMPTY,
    FULL,
    KINDS,
    NOW,
    ORGANISATION,
    event,
    iso,
    new_id,
)
from tests.service.web.nomination_fakes import named, opened
from tests.service.web.seats_fakes import seat_pages
from tests.service.web.test_words import catalogue
from tests.service.web.year_fakes import programme_of, series_of

PAGES = [
    "/", "/?q=khongco", "/su-kien/{event}", "/su-kien/{open}/dang-ky", "/toi", "/toi/ve/{own}", "/toi/ve/{waiting}", "/toi/ve/{cancelled}", "/toi/ve/{own}/huy",
    "/toi/ho-so", "/hop-thu", "/to-chuc", "/to-chuc/su-kien/moi", "/to-chuc/su-kien/{event}", "/to-chuc/su-kien/{draft}", "/to-chuc/su-kien/{draft}/sua",
    "/to-chuc/su-kien/{draft}/cong-bo", "/to-chuc/su-kien/{event}/doi-lich", "/to-chuc/su-kien/{event}/huy", "/to-chuc/su-kien/{event}/danh-sach",
    "/to-chuc/su-kien/{event}/sua", "/to-chuc/su-kien/{empty}", "/to-chuc/su-kien/{empty}/cong-bo", "/to-chuc?nam=2025", "/toi/ve/{off}",
    "/cua/{event}", "/cua/{event}?q=a", "/to-chuc/su-kien/{event}/cua", "/khong-co", "/lap-trinh", "/?kind=training&open=1&from=2026-03-01", "/?thang=2026-03", "/?thang=2026-07", "/toi/lich",
    "/to-chuc/nhap", "/to-chuc/su-kien/{event}/lich-su",
    "/cua/{event}", "/cua/{event}?q=a", "/khong-co", "/lap-trinh", "/?kind=training&open=1&from=2026-03-01", "/?thang=2026-03", "/?thang=2026-07", "/toi/lich",
    "/to-chuc/nhap", "/to-chuc/su-kien/{event}/lich-su", "/to-chuc/su-kien/{event}/nhap-danh-sach",
    "/su-kien/{full}", "/to-chuc/su-kien/{full}/sua", "/su-kien/{over}", "/to-chuc/su-kien/{over}", "/to-chuc/su-kien/{over}/sua",
    "/to-chuc/nam", "/to-chuc/nam?nam=2027", "/to-chuc/nam/moi", "/to-chuc/nam/{programme}/sua",
    "/to-chuc/nam/{programme}/sao-chep", "/to-chuc/su-kien/{draft}/lap-lai", "/to-chuc/su-kien/{first}", "/to-chuc/su-kien/{first}/sua", "/to-chuc/chuoi/{series}",
    "/to-chuc/chuoi/{series}/cong-bo", "/to-chuc/chuoi/{series}/huy", "/to-chuc/chuoi/{series}/sua?tu={first}", "/to-chuc/chuoi/{series}/quy-tac",
    "/doi-tac", "/doi-tac/{nomination}", "/doi-tac/{nomination}/thay/{nominee}", "/to-chuc/su-kien/{event}/de-cu", "/to-chuc/su-kien/{event}/de-cu/{nomination}",
    "/de-cu/{nominee}/s3cret", "/su-kien/{open}/dong-nghiep",
]  # fmt: skip
ENGLISH = {
    "title": {"vi": "T", "en": "T"},
    "summary": {"vi": "S", "en": "S"},
    "description": None,
    "venue": {"name": "Hall", "address": "1 Street"},
}
VIETNAMESE = re.compile(
    r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE
)


@pytest.fixture
def ids(world, organiser):
    me = world.people["ban-to-chuc@example.vn"]
    shown, draft = world.add(**ENGLISH), world.add(**ENGLISH, status="draft", seats=None)
    own = world.register(shown, me, "Name")
    waiting = world.register(world.add(**ENGLISH), me, "Name", status="waitlisted", position=2)
    off = world.add(**ENGLISH, status="cancelled", reason={"vi": "R", "en": "R"})
    cancelled = world.register(world.add(**ENGLISH), me, "Name", status="cancelled")
    world.letters.append(
        {
            "id": new_id(),
            "to": me["id"],
            "kind": "x",
            "title": "T",
            "body": "B",
            "event_id": None,
            "registration_id": None,
            "url": "/toi",
            "created_at": iso(NOW),
            "read_at": None,
        }
    )
    first = world.add(**ENGLISH, status="draft", seats=None)
    series, programme = series_of(world, first), programme_of(world)
    asked = opened(world, shown, ORGANISATION, name={"vi": "Hội", "en": "Union"}, seats=9)
    nominee = named(asked, "Name", phone="+84912345678")
    named(asked, "Name", state="declined")
    world.add(**ENGLISH, series_id=series, occurrence="2026-04-02T07:00:00Z")
    organiser.post("/ngon-ngu", {"language": "en"})
    return {
        "first": first["id"],
        "series": series,
        "programme": programme,
        "nomination": asked["id"],
        "nominee": nominee["id"],
        "open": world.add(**ENGLISH)["id"],
        "event": shown["id"],
        "full": world.add(**FULL | ENGLISH, series_id=off["id"])["id"],
        "over": world.add(
            **ENGLISH, status="completed", conclusion=CONCLUSION, series_id=off["id"]
        )["id"],
        "draft": draft["id"],
        "own": own["id"],
        "waiting": waiting["id"],
        "cancelled": cancelled["id"],
        "empty": world.add(**EMPTY | {"title": {"vi": "T", "en": "T"}})["id"],
        "off": world.register(off, me, "Name", status="cancelled")["id"],
    }


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_english(organiser, ids, page):
    text = organiser.get(page.format(**ids)).text

    assert '<html lang="en">' in text
    assert left_over(text) == []


@pytest.mark.parametrize("page", ["/", "/dang-nhap", "/su-kien/{event}/dang-ky"])
def test_a_browser_that_prefers_english_gets_it_without_choosing(app, world, page):
    shown = world.add(**ENGLISH)

    answer = app.test_client().get(
        page.format(event=shown["id"]), headers={"Accept-Language": "en-GB,en;q=0.9"}
    )

    assert left_over(answer.text) == []
    assert answer.headers["Content-Language"] == "en"


def test_the_pages_about_places_and_what_comes_after_are_english(organiser, ids, world):
    me = world.people["ban-to-chuc@example.vn"]
    for page in seat_pages(world, me) + after_pages(world, me):
        text = organiser.get(page).text
        assert '<html lang="en">' in text
        assert left_over(text.replace("ễ", "e")) == [], page


def left_over(page: str) -> list[str]:
    """Sentences with Vietnamese letters that are neither names of the fakes nor marked as Vietnamese."""
    page = re.sub(r'<(div|button|label)[^>]* lang="vi"[^>]*>.*?</\1>', "", page, flags=re.DOTALL)
    page = re.sub(r"<textarea.*?</textarea>", "", page, flags=re.DOTALL)
    texts = [
        html.unescape(t).strip()
        for t in re.findall(r'>([^<]+)<|(?:aria-label|placeholder|data-[a-z-]+)="([^"]*)"', page)
        for t in t
    ]
    known = (
        str([event(), KINDS, FULL])
        + "Đối Thoại · Đối Thoại: where local leaders for example: doi thoai, An Đông Ban tổ chức Trần Tổ Chức"
    )
    sentences = {
        t
        for message in catalogue()
        for t in (message if isinstance(message, tuple) else (message,))
        if VIETNAMESE.search(t)
    }
    return [
        t
        for t in texts
        if t in sentences
        or (
            VIETNAMESE.search(t)
            and not any(word in known for word in (t, t.split(":")[-1].strip()))
            and "Đối Thoại" not in t
            and " phường" not in t
            and "An Đông" not in t
        )
    ]


def test_the_check_itself_sees_a_vietnamese_page(organiser, ids):
    organiser.post("/ngon-ngu", {"language": "vi"})

    assert len(left_over(organiser.get("/toi").text)) > 5
