"""The portal in a real browser, over fakes of the services: without scripts, on a small phone, checked with axe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from waitress.server import create_server

from services.events.importing import read_csv
from services.notifications.models import HookKind, Outcome, Result
from services.web.assets import ROOT
from services.web.dates import HOME
from tests.service.web.after_fakes import after_pages
from tests.service.web.channels_fakes import REFUSED, TAKEN, delivery_of, disable, endpoint_of
from tests.service.web.conftest import portal
from tests.service.web.door_fakes import ticket_of
from tests.service.web.fakes import CONCLUSION, EMPTY, FULL, NOW, ORGANISATION, World, iso, new_id
from tests.service.web.seats_fakes import seat_pages
from tests.service.web.year_fakes import programme_of, series_of
from tests.support import browsers
from tests.support.browsers import DESKTOP, PHONE

pytestmark = pytest.mark.browser

LONGEST_NAME = "Nguy" + "ễ" * 196
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Site:
    world: World
    url: str


@pytest.fixture
def site() -> Iterator[Site]:
    world = World()
    app = portal(world, demo=True)
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(world, f"http://127.0.0.1:{server.effective_port}")
    server.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright) -> Iterator[Browser]:
    with browsers.chromium(playwright) as browser:
        yield browser


def open_page(browser: Browser, site: Site, **options) -> Page:
    return browsers.open_page(browser, site.url, **options)


def sign_in(page: Page, email: str) -> None:
    page.goto("/dang-nhap")
    page.fill("#email", email)
    page.click(".act button")
    page.fill("#code", "123456")
    page.click(".act button")
    # A click returns before the page that it leads to is there: what comes next must not cut it off.
    page.wait_for_url(lambda url: "/dang-nhap" not in url)


def organiser_of(site: Site) -> str:
    role = {"organisation": ORGANISATION, "role": "organiser", "event_id": None}
    site.world.person("to@example.vn", name="Trần Tổ Chức", memberships=[role])
    return "to@example.vn"


def test_somebody_new_registers_and_is_checked_in_without_scripts(chromium, site):
    event = site.world.add()
    guest = open_page(chromium, site, scripts=False)

    guest.goto("/")
    guest.click(".row")
    guest.click(".dock .btn")
    guest.fill("#name", "Đỗ Khởi Nghiệp")
    guest.fill("#email", "moi@example.vn")
    guest.click(".act button")
    guest.fill("#code", "123456")
    guest.click(".act button")
    assert guest.input_value("#name") == "Đỗ Khởi Nghiệp"
    guest.click(".act button")
    assert "Bạn đã có chỗ" in guest.inner_text(".done-word")
    code = guest.inner_text(".entry-code")

    door = open_page(chromium, site, scripts=False)
    sign_in(door, organiser_of(site))
    door.goto(f"/cua/{event['id']}")
    door.fill("#entry", code.lower())
    door.click(".door-form button")

    assert door.inner_text(".result-word") == "Mời vào"
    assert door.inner_text(".result-name") == "Đỗ Khởi Nghiệp"


def test_an_api_is_drawn_from_its_document_under_the_policy(chromium, site):
    """Swagger UI runs from our own files, and nothing that it does is against the content security policy."""
    page = open_page(chromium, site, size=DESKTOP)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Đối Thoại: events", "version": "v1"},
        "paths": {"/v1/kinds": {"get": {"summary": "The sorts of events.", "responses": {}}}},
    }
    page.route("**/openapi.json", lambda route: route.fulfill(json=document))

    page.goto("/lap-trinh?api=events")
    page.wait_for_selector("text=The sorts of events.")

    assert [line for line in complaints if "Content Security" in line] == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_longest_name_at_the_door_leaves_the_button_on_the_screen(chromium, site, size):
    event = site.world.add()
    site.world.register(event, site.world.person("dai@example.vn"), LONGEST_NAME)
    page = open_page(chromium, site, size=size)
    sign_in(page, organiser_of(site))

    page.goto(f"/cua/{event['id']}?q=nguy")

    assert not sideways(page)
    box = page.locator(".people button").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= size["width"]


def test_a_draft_is_saved_as_it_is_by_a_real_browser(chromium, site):
    """Line breaks, times and ticks travel through it and change nothing."""
    event = site.world.add(
        status="draft",
        seats=None,
        description={"vi": "Một\n\nHai\n", "en": None},
        starts_at="2026-03-26T07:00:30Z",
    )
    page = open_page(chromium, site, scripts=False)
    sign_in(page, organiser_of(site))

    page.goto(f"/to-chuc/su-kien/{event['id']}/sua")
    page.click(".act button")

    assert "Bạn chưa thay đổi gì" in page.inner_text(".flash")
    assert not [path for method, path, _ in site.world.sent if method == "PATCH"]


def test_a_row_is_added_and_an_event_saved_without_scripts(chromium, site):
    """Enter saves; the button of the rows adds one, keeps what was typed and goes on there."""
    event = site.world.add(**FULL, status="draft", seats=None)
    page = open_page(chromium, site, scripts=False)
    sign_in(page, organiser_of(site))
    page.goto(f"/to-chuc/su-kien/{event['id']}/sua")

    page.fill("[id='speakers.1.role_title.vi']", "Chuyên gia")
    page.click("button[name=add][value=speakers]")
    page.wait_for_selector("[id='speakers.2.role_title.vi']:focus")
    page.keyboard.type("Đại diện doanh nghiệp")
    page.keyboard.press("Enter")

    assert "Đã lưu thay đổi" in page.inner_text(".flash")
    (saved,) = [what for method, _, what in site.world.sent if method == "PATCH"]
    assert saved.keys() == {"speakers"}
    assert [one["role_title"]["vi"] for one in saved["speakers"][1:]] == [
        "Chuyên gia",
        "Đại diện doanh nghiệp",
    ]


def test_dates_are_seen_and_kept_as_a_series_without_scripts(chromium, site):
    """Enter in a field shows the dates; only the button below keeps them."""
    event = site.world.add(status="draft", seats=None)
    page = open_page(chromium, site, scripts=False)
    sign_in(page, organiser_of(site))
    page.goto(f"/to-chuc/su-kien/{event['id']}")
    page.click("text=Lặp lại sự kiện này")

    page.fill("#count", "3")
    page.press("#count", "Enter")
    expect(page.locator(".seen li")).to_have_count(3)
    assert site.world.series == {}
    page.click(".act button")

    expect(page.locator("tbody tr")).to_have_count(3)
    assert len(site.world.series) == 1


def test_enter_in_a_programme_saves_it_and_adds_no_row(chromium, site):
    page = open_page(chromium, site, scripts=False)
    sign_in(page, organiser_of(site))
    page.goto("/to-chuc/nam/moi")

    page.fill("[name='title.vi']", "Chương trình")
    page.press("[name='title.vi']", "Enter")

    assert "Đã lưu chương trình." in page.inner_text(".flash")


def test_errors_take_the_focus_and_lead_to_their_fields(chromium, site):
    event = site.world.add()
    page = open_page(chromium, site)
    page.goto(f"/su-kien/{event['id']}/dang-ky")

    page.click(".act button")
    expect(page.locator(".summary")).to_be_focused()

    page.click(".summary a >> nth=0")
    expect(page.locator("#name")).to_be_focused()


def test_the_address_of_ones_own_calendar_is_copied_by_a_button(chromium, site):
    """With scripts; without them the button is not there, and the field is."""
    for scripts in (True, False):
        permissions = ["clipboard-read", "clipboard-write"]
        page = open_page(chromium, site, scripts=scripts, permissions=permissions)
        sign_in(page, "lan@example.vn")
        page.goto("/toi/lich")
        page.click(".act button")
        address = page.input_value("#address")
        expect(page.locator("button.copy")).to_be_visible(visible=scripts)
        if scripts:
            page.click("button.copy")
            page.wait_for_selector("#copied:not(:empty)")
            assert page.evaluate("navigator.clipboard.readText()") == address


def test_a_title_of_one_long_word_never_makes_a_page_scroll_sideways(chromium, site):
    world = site.world
    title = {"title": {"vi": LONGEST_NAME, "en": None}}
    event, draft = world.add(**title), world.add(**title, status="draft", seats=None)
    alone = world.add(**title, status="draft", seats=None)
    programme, series = programme_of(world), series_of(world, draft)
    world.programmes[programme].title = title["title"]
    world.add(**title, programme_id=programme)
    one, of = f"/to-chuc/su-kien/{event['id']}", f"/to-chuc/chuoi/{series}"
    page = open_page(chromium, site, scripts=False)
    sign_in(page, organiser_of(site))

    found = []
    for path in (
        "/", "/?thang=2026-03", f"/su-kien/{event['id']}", f"/su-kien/{event['id']}/dang-ky", "/to-chuc", one,
        *(f"{one}/{step}" for step in ("sua", "lich-su", "doi-lich", "tam-hoan", "huy", "danh-sach")), f"/to-chuc/su-kien/{draft['id']}/cong-bo",
        f"/to-chuc/su-kien/{alone['id']}/lap-lai", of, *(f"{of}/{step}" for step in ("cong-bo", "huy", "sua", "quy-tac")), "/to-chuc/nam",
        *(f"/to-chuc/nam/{programme}/{step}" for step in ("sua", "sao-chep", "xoa")),
    ):  # fmt: skip
        page.goto(path)
        if sideways(page):
            found.append(path)

    assert found == []


def test_a_month_is_a_table_on_a_desktop_and_a_list_of_days_on_a_phone(chromium, site):
    """In both, the keyboard leads to each event; on a phone a day that holds nothing is not there."""
    event = site.world.add()
    for size, shown in ((DESKTOP, 31), (PHONE, 1)):
        page = open_page(chromium, site, size=size, scripts=False)
        page.goto("/?thang=2026-03")
        days = page.locator(".days td:not(.outside)")
        assert sum(days.nth(n).is_visible() for n in range(days.count())) == shown
        assert page.locator(".days thead").is_visible() is (size == DESKTOP)
        page.locator('nav a[rel="next"]').focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/su-kien/{event['id']}")


def test_the_filters_stand_open_beside_the_list_on_a_desktop_and_fold_on_a_phone(chromium, site):
    for size in (DESKTOP, PHONE):
        page = open_page(chromium, site, size=size, scripts=False)
        page.goto("/")
        assert page.locator("#from").is_visible() is (size == DESKTOP)


@pytest.mark.skipif(
    not (ROOT / "vendor" / "zxing_reader.wasm").exists(), reason="needs vendored assets"
)
def test_the_camera_at_the_door_reads_a_ticket(playwright, site, tmp_path):
    event = site.world.add()
    lan = site.world.register(event, site.world.person("lan@example.vn"), "Nguyễn Thị Lan")
    film = tmp_path / "ticket.y4m"
    film.write_bytes(film_of(ticket_of(lan)))
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with browsers.chromium(playwright, *flags) as browser:
        page = open_page(browser, site, permissions=["camera"])
        _scans(page, site, event["id"])


def _scans(page: Page, site: Site, event_id: str) -> None:
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    sign_in(page, organiser_of(site))
    page.goto(f"/cua/{event_id}")

    page.click("#scanner button")
    page.wait_for_selector(".result.ok")

    assert page.inner_text(".result-name") == "Nguyễn Thị Lan"
    assert [line for line in complaints if "Content Security" in line] == []


@pytest.mark.skipif(not AXE.exists(), reason="needs node_modules/axe-core")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "light"), (DESKTOP, "light"), (PHONE, "dark")],
    ids=["phone", "desktop", "dark"],
)
def test_every_page_is_accessible_and_fits(chromium, site, size, scheme):
    page = open_page(chromium, site, size=size, color_scheme=scheme)
    found: dict[str, object] = {}
    public, own = pages_of(site)

    for path in public:
        found |= faults(page, path)
    sign_in(page, organiser_of(site))
    for path in own:
        found |= faults(page, path)

    assert found == {}


def pages_of(site: Site) -> tuple[list[str], list[str]]:
    """Every page that the fakes can show: those for anyone, and those of an organiser who also registers."""
    world = site.world
    event, draft, empty = world.add(), world.add(status="draft", seats=None), world.add(**EMPTY)
    off = world.add(status="cancelled", reason={"vi": "Bão số 5", "en": None})
    full = world.add(
        **FULL, series_id=off["id"], starts_at=iso(NOW), ends_at="2026-03-27T09:00:00Z"
    )
    world.add(series_id=off["id"])
    over = world.add(status="completed", conclusion=CONCLUSION)
    organiser_of(site)
    me = world.people["to@example.vn"]
    held = world.register(event, me, "Trần Tổ Chức")
    world.register(event, world.person("dai@example.vn"), LONGEST_NAME)
    none_left = world.register(off, me, LONGEST_NAME, status="cancelled")
    waiting = world.register(world.add(), me, "Trần Tổ Chức", status="waitlisted", position=2)
    world.letters.append(
        {
            "id": new_id(),
            "to": me["id"],
            "kind": "x",
            "title": "Thư",
            "body": "Nội dung",
            "event_id": None,
            "registration_id": None,
            "url": "/toi",
            "created_at": iso(NOW),
            "read_at": None,
        }
    )
    one, wip = f"/to-chuc/su-kien/{event['id']}", f"/to-chuc/su-kien/{draft['id']}"
    world.histories[event["id"]] = [
        {
            "id": new_id(), "version": 2, "at": iso(NOW), "person_id": me["id"], "action": "rescheduled", "reason": {"vi": "Bão số 5"},
            "fields": {"starts_at": [iso(NOW), iso(NOW)], "title": [{"vi": LONGEST_NAME}, {"vi": "Mới"}]},
            "told": [{"type": "event.changed", "id": new_id()}],
        }
    ]  # fmt: skip
    public = [
        "/",
        "/?q=khongco",
        "/?kind=training&open=1",
        "/?thang=2026-03",
        "/?thang=2026-07",
        f"/su-kien/{event['id']}",
        f"/su-kien/{event['id']}/dang-ky",
        f"/su-kien/{full['id']}",
        f"/su-kien/{over['id']}",
        "/dang-nhap",
        "/khong-co",
        "/outbox",
    ]
    own = [
        "/toi", f"/toi/ve/{held['id']}", f"/toi/ve/{waiting['id']}", f"/toi/ve/{held['id']}/huy", "/toi/ho-so", "/hop-thu", "/to-chuc",
        "/to-chuc/su-kien/moi", one, wip, f"{wip}/cong-bo", f"{wip}/sua", f"{one}/doi-lich", f"{one}/huy", f"{one}/danh-sach", f"/cua/{event['id']}",
        f"/cua/{event['id']}?q=nguy", f"{one}/cua", f"{one}/sua", f"/to-chuc/su-kien/{empty['id']}", f"/to-chuc/su-kien/{empty['id']}/cong-bo", f"/to-chuc/su-kien/{empty['id']}/sua",
        f"/su-kien/{empty['id']}", "/to-chuc?nam=2025", f"/toi/ve/{none_left['id']}",
        "/toi/lich", "/to-chuc/nhap", f"/to-chuc/nhap/{file_read(site)}", f"{one}/lich-su", f"{wip}/lich-su",
        f"/su-kien/{full['id']}", f"/to-chuc/su-kien/{full['id']}/sua", f"/to-chuc/su-kien/{over['id']}/sua",
        *years_and_series(world), *seat_pages(world, me), *after_pages(world, me), *channels_of(world, me),
    ]  # fmt: skip
    return public, own


def file_read(site: Site) -> str:
    """The id of a file with a good row and a bad one."""
    id_ = new_id()
    rows = read_csv(f"Tên,Bắt đầu\n{LONGEST_NAME},26/05/2026 14:00\n,x\n".encode(), HOME)
    site.world.files[id_] = {
        "id": id_, "organisation_id": ORGANISATION["id"], "format": "csv", "read": rows, "kind": "training", "created_at": iso(NOW),
        "confirmed_at": None,
    }  # fmt: skip
    return id_


def years_and_series(world: World) -> list[str]:
    """The pages of a programme and of a series with a draft and an event outside of its rule."""
    programme, first, plain = (
        programme_of(world),
        world.add(status="draft", seats=None),
        world.add(status="draft", seats=None),
    )
    series = series_of(world, first)
    there = world.add(series_id=series, occurrence="2026-04-02T07:00:00Z")
    year, own = "/to-chuc/nam", f"/to-chuc/chuoi/{series}"
    return [
        year, f"{year}?nam=2027", f"{year}/moi", f"{year}/{programme}/sua", f"{year}/{programme}/sao-chep", f"{year}/{programme}/xoa", own, f"{own}/cong-bo", f"{own}/huy", f"{own}/sua",
        f"{own}/sua?tu={there['id']}", f"{own}/quy-tac", f"/to-chuc/su-kien/{plain['id']}/lap-lai", f"/to-chuc/su-kien/{first['id']}", f"/to-chuc/su-kien/{first['id']}/sua",
    ]  # fmt: skip


def channels_of(world: World, person: dict[str, Any]) -> list[str]:
    """The pages of a partner's channels, looked after by somebody: one that is well, one that is off, a delivery of each."""
    officer = {"organisation": ORGANISATION, "role": "officer", "event_id": None}
    person["memberships"].append(officer)
    well, off = endpoint_of(world), endpoint_of(world, f"https://he-thong.example/{'x' * 200}")
    taken = delivery_of(world, well, HookKind.EVENT_CHANGED, REFUSED, TAKEN)
    gone = (Outcome(Result.PERMANENT, "gone"), 410, "x" * 200)
    missed = delivery_of(world, off, HookKind.EVENT_CHANGED, gone)
    disable(off)
    pages = [f"/{one.id}{more}" for one in (well, off) for more in ("", "/sua")]
    pages += [f"/{one.endpoint_id}/tin/{one.id}" for one in (taken, missed)]
    return ["/doi-tac/kenh", *(f"/doi-tac/kenh{page}" for page in pages)]


def faults(page: Page, path: str) -> dict[str, object]:
    """What axe finds on a page, and whether it scrolls sideways."""
    page.goto(path)
    return faults_here(page, path)


def faults_here(page: Page, path: str) -> dict[str, object]:
    """The same of the page that is open, however one came to it."""
    page.evaluate(AXE.read_text())
    checked = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
    )
    violations = [(rule["id"], rule["nodes"][0]["html"][:120]) for rule in checked["violations"]]
    if sideways(page):
        violations.append(("scrolls sideways", path))
    return {path: violations} if violations else {}


def sideways(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


def film_of(text: str) -> bytes:
    """Two frames of a QR code, as a raw film that chromium's fake camera plays."""
    width, height = 640, 480
    matrix = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(scale=1, border=4)]
    scale = height // len(matrix)
    luma = bytearray(b"\xff" * (width * height))
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                for line in range(y * scale, (y + 1) * scale):
                    start = line * width + 80 + x * scale
                    luma[start : start + scale] = bytes(scale)
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (width * height // 2)
    return b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 2
