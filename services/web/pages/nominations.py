"""The organiser's view of an event's nominations: which partners were asked, until when, and how far they are."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.rights import event_edited
from services.web.session import needs_person, now
from services.web.texts import gettext as _

bp = Blueprint("nominations", __name__, url_prefix="/to-chuc/su-kien")

Page = str | Response | tuple[str, int, dict[str, str]]


@bp.get("/<uuid:event_id>/de-cu")
@needs_person
def nominations(event_id: UUID) -> Page:
    return _show(event_edited(event_id), Form())


@bp.post("/<uuid:event_id>/de-cu")
@needs_person
def open_one(event_id: UUID) -> Page:
    """Ask a partner for names; pressing twice asks once."""
    event = event_edited(event_id)
    form = Form(request.form)
    organisations = {one["id"]: one for one in _organisations(event)}
    chosen = organisations.get(form.text("organisation_id", required=_("Xin chọn đơn vị.")))
    terms = _terms(form, event)
    if chosen is None:
        form.errors.setdefault("organisation_id", _("Xin chọn đơn vị."))
    else:
        terms |= {"organisation_id": chosen["id"], "name": {"vi": chosen["name"]}}
        if chosen.get("name_en"):
            terms["name"]["en"] = chosen["name_en"]
    if number := form.text("document_number"):
        terms["document_number"] = number
    if day := form.day("document_date"):
        terms["document_date"] = day
    if form.good:
        try:
            clients().nominations.open(str(event_id), terms, key=f"web-{form.nonce}")
        except (Refused, Away) as error:
            form.refuse_or_leave(error)
        else:
            flash(_("Đã giữ chỗ và mời đơn vị đề cử."), "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}/de-cu", 303)
    return _show(event, form)


@bp.get("/<uuid:event_id>/de-cu/<uuid:nomination_id>")
@needs_person
def ask_to_change(event_id: UUID, nomination_id: UUID) -> Page:
    event, nomination = event_edited(event_id), _of(event_id, nomination_id)
    zone = event["timezone"]
    known = {"seats": str(nomination["seats"]), "timezone": zone}
    for name in ("deadline", "release_at"):
        known[name] = dates.to_field(nomination[name], zone)
    return _change_page(event, nomination, Form(known))


@bp.post("/<uuid:event_id>/de-cu/<uuid:nomination_id>")
@needs_person
def change(event_id: UUID, nomination_id: UUID) -> Page:
    """Other seats, another deadline, or the end of the list."""
    event, nomination = event_edited(event_id), _of(event_id, nomination_id)
    form = Form(request.form)
    closing = "close" in form.typed
    terms = {} if closing else _terms(form, event)
    if form.good:
        try:
            if closing:
                clients().nominations.close(str(nomination_id))
            else:
                clients().nominations.change(str(nomination_id), terms)
        except (Refused, Away) as error:
            form.refuse_or_leave(error)
        else:
            done = (
                _("Đã đóng danh sách. Chỗ còn lại nay dành cho mọi người.")
                if closing
                else _("Đã lưu. Đơn vị đang được báo.")
            )
            flash(done, "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}/de-cu", 303)
    return _change_page(event, nomination, form)


def _terms(form: Form, event: Json) -> Json:
    zone = form.zone("timezone", known=event["timezone"])
    terms: Json = {
        "seats": form.whole("seats", required=_("Xin nhập số chỗ.")),
        "deadline": form.moment("deadline", zone=zone, required=_("Xin nhập hạn đề cử.")),
    }
    if released := form.moment("release_at", zone=zone):
        terms["release_at"] = released
    return terms


def _show(event: Json, form: Form) -> Page:
    form.typed.setdefault("timezone", event["timezone"])
    found = clients().nominations.of_event(str(event["id"]))
    asked = {one["organisation_id"] for one in found}
    page = render_template(
        "organiser/nominations.html",
        event=event,
        nominations=found,
        organisations=[one for one in _organisations(event) if one["id"] not in asked],
        form=form,
        may_open=event["status"] in ("published", "postponed"),
    )
    return page, form.status, form.headers


def _change_page(event: Json, nomination: Json, form: Form) -> Page:
    page = render_template(
        "organiser/nomination.html", event=event, nomination=nomination, form=form
    )
    return page, form.status, form.headers


def _organisations(event: Json) -> list[Json]:
    """Whom one can ask: the event's partners first, then everybody else by name."""
    partners = {one["id"] for one in (*event["partners"], *event.get("co_organisers", ()))}
    day = dates.today(now()).isoformat()
    found: list[Json] = []
    cursor: str | None = None
    while len(found) < 2000:
        page = clients().community.organisations(on=day, cursor=cursor)
        found += page["items"]
        cursor = page.get("next")
        if not cursor:
            break
    return sorted(found, key=lambda one: (one["id"] not in partners, str(one["name"])))


def _of(event_id: UUID, nomination_id: UUID) -> Json:
    found = clients().nominations.of_event(str(event_id))
    one = next((one for one in found if one["id"] == str(nomination_id)), None)
    if one is None:
        abort(404)
    return one
