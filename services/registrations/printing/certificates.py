"""Certificates of attendance: a page of A4 each, in the words and the order of Vietnamese documents."""

from __future__ import annotations

from collections.abc import Sequence

from services.registrations.models import Offer, Registration
from services.registrations.printing.paper import Paper, in_words

_LEFT, _WIDTH = 32.0, 233.0


def print_certificates(offer: Offer, registrations: Sequence[Registration]) -> bytes:
    """One for each who attended. It is always in Vietnamese: whoever signs it signs these words."""
    paper = Paper(landscape=True)
    paper.set_title("Giấy xác nhận tham dự")
    for one in registrations:
        paper.add_page()
        _draw(paper, offer, one)
    return paper.written()


def _draw(paper: Paper, offer: Offer, one: Registration) -> None:
    starts_at, ends_at = offer.local(offer.starts_at), offer.local(offer.ends_at)
    paper.set_draw_color(14, 107, 94)
    for inset, width in ((9, 0.9), (11, 0.25)):
        paper.set_line_width(width)
        paper.rect(inset, inset, 297 - 2 * inset, 210 - 2 * inset)
    paper.fitted(offer.organiser or "", (22, 20, 105, 14), largest=12, bold=True, align="C")
    motto = (
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12),
        ("Độc lập - Tự do - Hạnh phúc", 12),
    )
    y = 20.0
    for text, size in motto:
        y = paper.fitted(text, (160, y, 115, 7), largest=size, bold=True, align="C")
    paper.set_draw_color(0)
    paper.set_line_width(0.3)
    paper.line(189, y + 0.8, 246, y + 0.8)

    paper.fitted("Giấy xác nhận tham dự", (_LEFT, 44, _WIDTH, 18), largest=34, bold=True, align="C")
    whose = f"{offer.organiser} xác nhận" if offer.organiser else "Đơn vị tổ chức xác nhận"
    paper.fitted(whose, (_LEFT, 66, _WIDTH, 8), largest=13, align="C")
    y = paper.fitted(
        f"Ông/Bà {one.name}", (_LEFT, 76, _WIDTH, 24), largest=28, bold=True, align="C", middle=True
    )
    y = max(y, 97.0)
    if one.organisation_name:
        text = f"Đơn vị: {one.organisation_name}"
        paper.fitted(text, (_LEFT, 101, _WIDTH, 8), largest=13, align="C")
    paper.fitted("đã tham dự", (_LEFT, 111, _WIDTH, 7), largest=13, align="C")
    paper.fitted(
        offer.title["vi"], (_LEFT, 119, _WIDTH, 18), largest=18, bold=True, align="C", middle=True
    )
    begun = f"{starts_at:%H} giờ {starts_at:%M}"
    ended = f"{ends_at:%H} giờ {ends_at:%M}"
    if starts_at.date() == ends_at.date():
        when = f"từ {begun} đến {ended}, {in_words(starts_at)}"
    else:
        when = f"từ {begun}, {in_words(starts_at)} đến {ended}, {in_words(ends_at)}"
    where = f", tại {offer.venue_name}" if offer.venue_name else ""
    paper.fitted(f"{when}{where}.", (_LEFT, 139, _WIDTH, 12), largest=13, align="C")

    signing = (165.0, 105.0)
    day = in_words(ends_at)
    paper.fitted(
        f"{day[:1].upper()}{day[1:]}", (signing[0], 153, signing[1], 7), largest=12, align="C"
    )
    paper.fitted(
        "Đại diện đơn vị tổ chức",
        (signing[0], 160, signing[1], 7),
        largest=12,
        bold=True,
        align="C",
    )
    paper.fitted(
        "(Ký, ghi rõ họ tên và đóng dấu)",
        (signing[0], 166, signing[1], 6),
        largest=10,
        align="C",
        grey=True,
    )
