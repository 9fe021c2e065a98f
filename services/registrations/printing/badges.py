"""Badges: eight a sheet, the name large enough to be read from across a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.registrations.models import Offer, Registration
from services.registrations.printing.paper import Paper, on_sheets

WIDTH, HEIGHT = 95.0, 65.0
_EDGE, _QR = 5.0, 20.0


def print_badges(
    offer: Offer, registrations: Sequence[Registration], signed: Callable[[Registration], str]
) -> bytes:
    """A badge for each: title, name, organisation, day, and the ticket as a small QR code."""
    paper = Paper()
    paper.set_title("Thẻ đại biểu")
    starts_at = offer.local(offer.starts_at)
    sheets = on_sheets(paper, registrations, columns=2, rows=4, width=WIDTH, height=HEIGHT)
    inner = WIDTH - 2 * _EDGE
    for one, x, y in sheets:
        left, beside = x + _EDGE, inner - _QR - 3
        paper.fitted(offer.title["vi"], (left, y + 4, inner, 8), largest=8, grey=True, align="C")
        paper.fitted(
            one.name, (left, y + 13, inner, 26), largest=26, bold=True, align="C", middle=True
        )
        paper.fitted(
            one.organisation_name or "", (left, y + 42, beside, 12), largest=11, middle=True
        )
        paper.fitted(f"{starts_at:%d/%m/%Y}", (left, y + 55, beside, 5), largest=8, grey=True)
        paper.qr(signed(one), x + WIDTH - _EDGE - _QR, y + HEIGHT - _EDGE - _QR, _QR)
    return paper.written()
