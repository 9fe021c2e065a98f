"""Tickets of the size of a bank card, in black on white: they work from any printer, and in grey."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.registrations.models import Registration
from services.registrations.printing.paper import Paper, on_sheets
from shared.text import Text

WIDTH, HEIGHT = 85.6, 54.0
_EDGE, _QR = 4.0, 33.0
_CODE = Text("Mã vào cửa", "Entry code")
_TITLE = Text("Vé mời", "Ticket")


def print_ticket(one: Registration, token: str, language: str) -> bytes:
    """The ticket of one, a page of its own size."""
    paper = Paper((WIDTH, HEIGHT))
    paper.set_title(_TITLE.say(language))
    paper.add_page()
    _draw(paper, one, token, language, 0, 0)
    return paper.written()


def print_tickets(
    registrations: Sequence[Registration], signed: Callable[[Registration], str], language: str
) -> bytes:
    """Ten a sheet, to be cut and handed out."""
    paper = Paper()
    paper.set_title(_TITLE.say(language))
    sheets = on_sheets(paper, registrations, columns=2, rows=5, width=WIDTH, height=HEIGHT)
    for one, x, y in sheets:
        _draw(paper, one, signed(one), language, x, y)
    return paper.written()


def _draw(paper: Paper, one: Registration, token: str, language: str, x: float, y: float) -> None:
    offer = one.offer
    starts_at, ends_at = offer.local(offer.starts_at), offer.local(offer.ends_at)
    left, beside = x + _EDGE, WIDTH - 2 * _EDGE - _QR - 2
    title = offer.title.get(language) or offer.title["vi"]
    y0 = paper.fitted(title, (left, y + _EDGE, beside, 14), largest=9, bold=True)
    until = f"{ends_at:%H:%M}" if starts_at.date() == ends_at.date() else f"{ends_at:%H:%M, %d/%m}"
    y0 = paper.fitted(
        f"{starts_at:%H:%M}–{until}, {starts_at:%d/%m/%Y}", (left, y0 + 1, beside, 4), largest=8
    )
    paper.fitted(offer.venue_name or "", (left, y0, beside, 7), largest=8)
    paper.fitted(one.name, (left, y + 30.5, beside, 10), largest=11, bold=True, middle=True)
    paper.fitted(one.organisation_name or "", (left, y + 41, WIDTH - 2 * _EDGE, 8.5), largest=8)
    paper.qr(token, x + WIDTH - _EDGE - _QR + 1, y + 1, _QR)
    right = x + WIDTH - _EDGE - _QR + 1
    paper.fitted(_CODE.say(language), (right, y + 33.5, _QR, 3), largest=6.5, align="C", grey=True)
    code = f"{one.entry_code[:4]}-{one.entry_code[4:]}"
    paper.fitted(code, (right, y + 36, _QR, 6), largest=12, bold=True, align="C")
