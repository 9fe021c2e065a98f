"""The door on a device that loses its network, on the whole platform: admits, is opened again, tells, shows conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from deploy.embedded import Options, Platform
from deploy.up import free_port
from shared.ids import new_id
from tests.support.browsers import chromium, code_from_mail, open_page, sign_in_by_mail
from tests.support.proxy import Wire
from tests.support.waiting import until
from tests.support.world import World

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# How many rows of a sort the device keeps of the door that is open.
ROWS = """async (name) => {
  const { all } = await import(document.querySelector("script[type=module]").src.replace("main.js", "store.js"));
  return (await all(name, location.pathname.split("/")[2])).length;
}"""
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("platform")
    platform = Platform(Options(data=data, port=free_port(), demo=True))
    platform.start()
    platform.serve_in_background()
    made = World.begin(
        platform.options.public_url,
        community_database=f"sqlite:///{data / 'community.db'}",
        secrets=data / "secrets",
    )
    made.organisation("host")
    yield made
    platform.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as started:
        yield started


@pytest.fixture
def wire(world: World) -> Iterator[Wire]:
    """The network between the device and the platform."""
    wire = Wire(world.base_url)
    wire.url = wire.url.replace("@", "")
    yield wire
    wire.close()


@dataclass
class Doorway:
    """An event with people who have tickets, seen from a device and from elsewhere."""

    world: World
    event: str
    tickets: list[dict[str, Any]]
    helper: str

    def tell(self, *scans: dict[str, Any]) -> dict[str, Any]:
        """Another device, with network, tells scans of its own."""
        now = datetime.now(UTC).isoformat()
        body = {"device_id": str(new_id()), "sent_at": now, "scans": list(scans)}
        path = f"registrations/v1/offers/{self.event}/scans"
        return dict(self.world.admin.post(path, body))

    def figures(self) -> dict[str, Any]:
        return dict(self.world.admin.get(f"registrations/v1/offers/{self.event}/door"))

    def conflicts(self) -> list[dict[str, Any]]:
        path = f"registrations/v1/offers/{self.event}/door-conflicts"
        return list(self.world.admin.get(path)["items"])


def doorway(world: World, name: str, *names: str) -> Doorway:
    event = world.event(organisation="host", capacity=len(names))["id"]
    tickets = []
    for number, person in enumerate(names):
        who = f"{name}{number}"
        world.person(who, organisation="host")
        headers = {"Authorization": f"Bearer {world.token(who)}"}
        base = f"{world.base_url}/api/registrations/v1"
        made = httpx2.post(f"{base}/offers/{event}/registrations", json={"name": person}, headers=headers, trust_env=False)  # fmt: skip
        assert made.status_code == 201, made.text
        path = f"{base}/registrations/{made.json()['id']}/ticket"
        tickets.append(httpx2.get(path, headers=headers, trust_env=False).json())
    helper = world.person(f"{name}-door", organisation="host", role="door", event_id=event)
    return Doorway(world, event, tickets, helper)


def at_the_door(browser: Browser, wire: Wire, place: Doorway, **options: Any) -> Page:
    """A device that has taken the list and kept the page."""
    page = open_page(browser, wire.url, **options)
    sign_in_by_mail(page, place.helper)
    page.goto(f"/cua/{place.event}")
    page.wait_for_selector("#sync[data-state=synced]")
    page.wait_for_selector("html[data-kept]", state="attached")
    return page


def enter(page: Page, text: str) -> tuple[str, str]:
    """What is shown after a code was typed: the word, and all of it."""
    page.evaluate("document.getElementById('result').replaceChildren()")
    page.fill("#entry", text)
    page.press("#entry", "Enter")
    page.wait_for_selector(".result-word")
    return page.inner_text(".result-word"), page.inner_text("#result")


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    if not AXE.exists():
        return []
    page.evaluate(AXE.read_text())
    tags = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']"
    found = page.evaluate(f"axe.run(document, {{runOnly: {tags}}})")
    return [one["id"] for one in found["violations"]]


def test_a_door_works_on_without_network_and_tells_later(
    world: World, browser: Browser, wire: Wire
) -> None:
    """By ticket, by code and by name; after a reload without network; then in sync, with the conflict shown."""
    place = doorway(world, "one", "Đỗ Thị Ada", "Nguyễn Văn Bảo", "Trần Chí Cường", "Lê Dung")
    ada, bao, cuong, _ = place.tickets
    page = at_the_door(browser, wire, place)
    page.click("summary:has-text('Máy này')")
    page.fill("#gate", "Cửa Tây")
    page.press("#gate", "Tab")

    word, shown = enter(page, ada["code"].lower())
    assert (word, "Ghi trên máy" in shown) == ("Mời vào", False)
    assert place.figures()["gates"] == [{"gate": "Cửa Tây", "admitted": 1, "walk_ins": 0}]

    wire.take_away()
    word, shown = enter(page, bao["token"])
    assert word == "Mời vào"
    assert "Nguyễn Văn Bảo" in shown
    assert "Ghi trên máy" in shown
    assert enter(page, bao["token"])[0] == "Đã vào rồi"
    assert "Mất mạng · Chờ gửi 1 lượt" in page.inner_text("#sync")

    page.reload()
    page.wait_for_selector("#sync[data-state=offline]")
    assert page.inner_text(".door-count").startswith("2/4")
    reader = "fetch(document.getElementById('scanner').dataset.wasm).then(answer => answer.status)"
    assert page.evaluate(reader) == 200
    assert enter(page, bao["token"])[0] == "Đã vào rồi"
    assert enter(page, cuong["code"])[0] == "Mời vào"
    page.click("summary:has-text('Không có mã')")
    page.fill("#q", "le dung")
    page.click("[aria-label='Cho vào: Lê Dung']")
    page.wait_for_selector(".result.ok:has-text('Lê Dung')")
    page.click("summary:has-text('Ghi tên tại chỗ')")
    page.fill("#name", "Khách Vãng Lai")
    page.click("text=Ghi tên và cho vào")
    page.wait_for_selector(".result.ok:has-text('Khách Vãng Lai')")
    assert "Chờ gửi 4 lượt" in page.inner_text("#sync")
    # Meanwhile somebody else let one of them in, and earlier.
    earlier = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    scan = {"nonce": str(new_id()), "kind": "admit", "at": earlier, "gate": "Cửa Đông"}
    place.tell(scan | {"registration_id": cuong["registration_id"]})

    wire.repair()
    page.click("summary:has-text('Máy này')")
    page.click("#sync-now")
    page.wait_for_selector("#sync[data-state=synced]")

    assert faults(page) == []
    notices = page.inner_text("#notices")
    assert "Trần Chí Cường đã vào trước đó lúc" in notices
    assert "Cửa Đông" in notices
    assert "Khách Vãng Lai vào khi đã hết chỗ" in notices
    figures = place.figures()
    assert (figures["admitted"], figures["expected"], figures["walk_ins"]) == (5, 5, 1)
    assert {one["outcome"] for one in place.conflicts()} == {"conflict", "overbooked"}
    until(lambda: page.inner_text(".door-count").startswith("5/5"), what="the count")
    page.click("#notices button >> nth=0")
    page.click("#notices button >> nth=0")
    page.wait_for_selector("#notices", state="hidden")


def test_a_mistake_is_undone_with_a_reason_even_without_network(
    world: World, browser: Browser, wire: Wire
) -> None:
    """The admission and its undo are told together."""
    place = doorway(world, "two", "Phạm Em", "Vũ Giang")
    page = at_the_door(browser, wire, place)
    wire.take_away()
    assert enter(page, place.tickets[0]["code"])[0] == "Mời vào"

    page.click("[aria-label='Hoàn tác: Phạm Em']")
    page.fill(".why input", "Nhầm người")
    page.click(".why button")
    page.wait_for_selector("#recent", state="hidden")
    wire.repair()
    page.click("summary:has-text('Máy này')")
    page.click("#sync-now")
    page.wait_for_selector("#sync[data-state=synced]")

    assert place.figures()["admitted"] == 0
    assert place.conflicts() == []
    log = world.admin.get(f"registrations/v1/offers/{place.event}/log")["items"]
    assert {entry["what"] for entry in log} == {"registered"}
    assert enter(page, place.tickets[0]["code"])[0] == "Mời vào"
    until(lambda: place.figures()["admitted"] == 1, what="the admission")

    # With network, and by the name on the list.
    page.click("summary:has-text('Không có mã')")
    page.fill("#q", "pham em")
    page.click(".people [aria-label='Hoàn tác: Phạm Em']")
    page.fill(".people .why input", "Chưa tới nơi")
    page.click(".people .why button")
    page.wait_for_selector("[aria-label='Cho vào: Phạm Em']")
    until(lambda: place.figures()["admitted"] == 0, what="the undo")
    log = world.admin.get(f"registrations/v1/offers/{place.event}/log")["items"]
    assert log[-1]["reason"] == "Chưa tới nơi"


def test_a_session_that_ended_is_renewed_and_nothing_is_lost(
    world: World, browser: Browser, wire: Wire
) -> None:
    """The line at the top leads to signing in and back."""
    place = doorway(world, "ten", "Ông Phúc")
    page = at_the_door(browser, wire, place)
    wire.take_away()
    assert enter(page, place.tickets[0]["code"])[0] == "Mời vào"
    page.context.clear_cookies()
    wire.repair()

    page.click("summary:has-text('Máy này')")
    page.click("#sync-now")
    page.click("#sync a:has-text('Xin đăng nhập lại để gửi · Chờ gửi 1 lượt')")
    page.fill("#email", place.helper)
    page.click(".act button")
    page.fill("#code", code_from_mail(page, place.helper, after=1))
    page.click(".act button")

    page.wait_for_url(f"**/cua/{place.event}")
    page.wait_for_selector("#sync[data-state=synced]")
    assert place.figures()["admitted"] == 1


def test_names_do_not_stay_with_somebody_whose_door_it_is_no_more(
    world: World, browser: Browser, wire: Wire
) -> None:
    """The list is deleted when the portal says so."""
    place = doorway(world, "eleven", "Quản Rin")
    page = at_the_door(browser, wire, place)
    gone = {"status": 404, "json": {"type": "not-found"}}
    page.route("**/danh-sach.json*", lambda route: route.fulfill(**gone))

    page.click("summary:has-text('Máy này')")
    page.click("#sync-now")

    page.wait_for_selector("#sync:has-text('Bạn không còn quyền ở cửa này')")
    assert page.evaluate(ROWS, "people") == 0


def test_what_opens_no_door_is_refused_on_the_device_itself(
    world: World, browser: Browser, wire: Wire
) -> None:
    """Forged, another event's, re-issued and cancelled, without network; the re-issued one's new ticket is fine."""
    place = doorway(world, "three", "Hồ Hải", "Ngô Khoa")
    other = doorway(world, "four", "Lý Lan")
    hai, khoa = place.tickets
    base = "registrations/v1/registrations"
    world.admin.post(f"{base}/{khoa['registration_id']}/cancel", {})
    world.admin.post(f"{base}/{hai['registration_id']}/reissue", {})
    page = at_the_door(browser, wire, place)
    wire.take_away()
    # Two groups of its signature changed places: written as tickets are, and nobody's.
    token = hai["token"]
    forged = token[:100] + token[103:106] + token[100:103] + token[106:]

    said = {
        "forged": enter(page, forged)[1],
        "other": enter(page, other.tickets[0]["token"])[1],
        "reissued": enter(page, hai["token"])[1],
        "cancelled": enter(page, khoa["token"])[1],
        "unknown": enter(page, "ACDEFGHJ")[1],
    }

    assert "Vé này không do hệ thống phát hành." in said["forged"]
    assert "Vé này của một sự kiện khác." in said["other"]
    assert "Vé này đã được thay bằng vé mới." in said["reissued"]
    assert "Đăng ký này đã hủy." in said["cancelled"]
    assert "Mã này không có trong danh sách trên máy." in said["unknown"]
    assert "Chờ gửi" not in page.inner_text("#sync")


def test_a_browser_that_cannot_check_signatures_says_so(
    world: World, browser: Browser, wire: Wire
) -> None:
    """It goes by the list alone."""
    place = doorway(world, "twelve", "Sầm Sơn")
    page = open_page(browser, wire.url)
    page.add_init_script("SubtleCrypto.prototype.importKey = () => Promise.reject(new Error())")
    sign_in_by_mail(page, place.helper)
    page.goto(f"/cua/{place.event}")
    page.wait_for_selector("#sync[data-state=synced]")
    wire.take_away()

    word, shown = enter(page, place.tickets[0]["token"])

    assert word == "Mời vào"
    assert "Chưa kiểm chữ ký của vé." in shown


def test_a_list_that_is_not_signed_by_the_platform_is_not_used(
    world: World, browser: Browser, wire: Wire
) -> None:
    """One byte of it changed on the way; the form goes on as without scripts."""
    place = doorway(world, "five", "Mai Minh")
    page = open_page(browser, wire.url, service_workers="block")
    sign_in_by_mail(page, place.helper)

    def change(route: Any) -> None:
        body = route.fetch().json()
        head, claims, signature = body["list"].split(".")
        other = "A" if signature[5] != "A" else "B"
        body["list"] = f"{head}.{claims}.{signature[:5]}{other}{signature[6:]}"
        route.fulfill(json=body)

    page.route("**/danh-sach.json*", change)
    page.goto(f"/cua/{place.event}")

    page.wait_for_selector("#sync[data-state=trouble]")
    assert "không đúng chữ ký" in page.inner_text("#sync")
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 1
    page.fill("#entry", place.tickets[0]["code"])
    page.press("#entry", "Enter")
    page.wait_for_selector(".result.ok")
    page.unroute_all(behavior="ignoreErrors")


def test_the_data_is_deleted_from_the_device_by_a_button_and_after_the_event(
    world: World, browser: Browser, wire: Wire
) -> None:
    """With scans that were not sent it asks once more; a list that expired is gone at the next opening."""
    place = doorway(world, "six", "Phan Nga")
    page = at_the_door(browser, wire, place)
    wire.take_away()
    enter(page, place.tickets[0]["code"])
    page.click("summary:has-text('Máy này')")

    page.click("#clear")
    assert "Còn 1 lượt chưa gửi" in page.inner_text("#cleared")
    page.click("#clear")
    page.wait_for_selector("#cleared:has-text('Đã xóa')")

    assert [page.evaluate(ROWS, name) for name in ("people", "scans", "done")] == [0, 0, 0]
    wire.repair()
    page.click("#sync-now")
    page.wait_for_selector("#sync[data-state=synced]")
    assert page.evaluate(ROWS, "people") == 1
    expire = """async () => {
      const { get, put } = await import(document.querySelector("script[type=module]").src.replace("main.js", "store.js"));
      const list = await get("lists", location.pathname.split("/")[2]);
      await put("lists", { ...list, exp: 1 });
    }"""
    page.evaluate(expire)
    page.route("**/danh-sach.json*", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("#sync[data-state=offline]")
    assert page.evaluate(ROWS, "people") == 0


def test_ones_ticket_opens_without_network_until_one_signs_out(
    world: World, browser: Browser, wire: Wire
) -> None:
    """As it was seen last, in a new tab too; nothing of it is left on the device afterwards."""
    place = doorway(world, "eight", "Thái Uyên")
    page = open_page(browser, wire.url)
    sign_in_by_mail(page, world.people["eight0"]["address"])
    path = f"/toi/ve/{place.tickets[0]['registration_id']}"
    page.goto(path)
    page.wait_for_selector("#kept:visible")
    drawn = page.inner_html(".qr")

    wire.take_away()
    page.reload()
    again = page.context.new_page()
    again.goto(path)

    for opened in (page, again):
        assert opened.inner_html(".qr") == drawn
        assert "Thái Uyên" in opened.inner_text(".ticket")
        assert opened.evaluate("document.fonts.check('600 16px \"Be Vietnam Pro\"', 'Ữ')")
    wire.repair()
    page.goto("/toi/ho-so")
    page.click("text=Đăng xuất")
    page.wait_for_url("**/")
    wire.take_away()
    with pytest.raises(Error, match="net::ERR"):
        again.goto(path)


def test_a_ticket_that_the_portal_shows_no_more_is_not_kept_either(
    world: World, browser: Browser, wire: Wire
) -> None:
    """The session was ended elsewhere; at the next visit the device learns of it and forgets."""
    place = doorway(world, "nine", "Tô Vy")
    page = open_page(browser, wire.url)
    sign_in_by_mail(page, world.people["nine0"]["address"])
    path = f"/toi/ve/{place.tickets[0]['registration_id']}"
    page.goto(path)
    page.wait_for_selector("#kept:visible")

    page.context.clear_cookies()
    page.goto(path)
    assert "/dang-nhap" in page.url
    wire.take_away()
    with pytest.raises(Error, match="net::ERR"):
        page.goto(path)
