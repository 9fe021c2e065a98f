"""One's own calendar at a secret address, for the calendar program of a phone or a computer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.security import keep_nowhere
from services.web.session import needs_person
from services.web.texts import gettext as _

bp = Blueprint("own_feed", __name__, url_prefix="/toi/lich")

Page = tuple[str, int, dict[str, str]]
# Minutes before the start, as the API has them; without a number, never.
REMINDERS = ("", "15", "60", "1440")


@bp.get("")
@needs_person
def show() -> Page:
    address = clients().events.calendar_address()
    reminder = address["reminder"] if address else 60
    return _show(Form({"reminder": "" if reminder is None else str(reminder)}), address)


@bp.post("")
@needs_person
def renew() -> Page:
    """Make an address and show it, this once: the answer is kept nowhere, so there is no page to come back to."""
    form = Form(request.form)
    chosen = form.text("reminder")
    if chosen not in REMINDERS:
        form.errors["reminder"] = _("Xin chọn một trong các lời nhắc.")
    if form.good:
        try:
            made = clients().events.renew_calendar_address(reminder=int(chosen) if chosen else None)
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status == 401:
                raise
            form.refuse(error)
        else:
            return _show(form, made, secret=made["address"])
    return _show(form, None if form.away else clients().events.calendar_address())


@bp.post("/ket-thuc")
@needs_person
def end() -> Response:
    """End the address; doing it twice changes nothing more."""
    clients().events.end_calendar_address()
    flash(_("Đã ngừng địa chỉ lịch riêng. Ứng dụng lịch của bạn sẽ không nhận thêm gì nữa."), "ok")
    return redirect("/toi/lich", 303)


def _show(form: Form, address: Json | None, *, secret: str = "") -> Page:
    keep_nowhere()
    page = render_template(
        "own_calendar.html",
        form=form,
        address=address,
        secret=secret,
        webcal=f"webcal:{secret.partition(':')[2]}",
        reminders=[(minutes, reminder_name(minutes)) for minutes in REMINDERS],
    )
    return page, form.status, form.headers


def reminder_name(minutes: str) -> str:
    """When the calendar reminds."""
    return {
        "": _("Không nhắc"),
        "15": _("Trước 15 phút"),
        "60": _("Trước 1 giờ"),
        "1440": _("Trước 1 ngày"),
    }[minutes]
