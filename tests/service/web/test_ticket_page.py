"""One's own ticket: a coarse code, a picture to keep, renewed where it was lost; what a browser keeps of it."""

from __future__ import annotations

import re
import struct

import pytest
import segno

from tests.service.web.door_fakes import ticket_of


@pytest.fixture
def held(signed_in, world):
    lan = signed_in("lan@example.vn")
    one = world.register(world.add(), world.people["lan@example.vn"], "Nguyễn Thị Lan")
    return lan, f"/toi/ve/{one['id']}", one


def test_the_code_on_the_page_is_coarse(held):
    """41 squares a side and a quiet border: each is 6 px of 280."""
    lan, path, one = held

    page = lan.get(path).text

    drawn = segno.make_qr(ticket_of(one), error="m")
    assert drawn.symbol_size(border=0) == (41, 41)
    assert re.search(r'<svg viewBox="0 0 47 47" class="qr-code"', page)


def test_the_picture_of_the_code_is_saved(held, signed_in):
    """As a PNG that no cache keeps; of another's ticket there is none."""
    lan, path, one = held

    picture = lan.get(f"{path}/ma-qr.png")

    assert f'href="{path}/ma-qr.png" download' in lan.get(path).text
    assert picture.mimetype == "image/png"
    assert picture.headers["Content-Disposition"] == f'attachment; filename="ve-{one["id"]}.png"'
    assert picture.headers["Cache-Control"] == "no-store"
    width, height = struct.unpack(">II", picture.data[16:24])
    assert (width, height) == (49 * 16, 49 * 16)
    assert signed_in("khach@example.vn").get(f"{path}/ma-qr.png").status_code == 404


def test_who_waits_has_nothing_to_save(held):
    lan, path, one = held
    one.update(status="waitlisted", position=1)
    page = lan.get(path).text
    assert "ma-qr.png" not in page
    assert "ticket.js" not in page
