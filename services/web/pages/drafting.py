"""Writing an event: one form in the API's own names, so that each refused field finds its place."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates, event_form
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.event_rows import ROWS
from services.web.forms import Form
from services.web.owed import begun
from services.web.pages.organiser import event_in, offer_of, organisations
from services.web.rights import edits_any, may_edit
from services.web.rows import rearrange
from services.web.session import needs_person, now
from services.web.texts import gettext as _
from services.web.texts import said
from services.web.words import attendance_name, language_name

bp = Blueprint("drafting", __name__, url_prefix="/to-chuc/su-kien")

Page = tuple[str, int, dict[str, str]]
# The group and the items of a programme, as a select shows them.
Choices = list[tuple[str, list[tuple[str, str]]]]
# Offered beside those that an event has; any other that the API holds stays.
_SPOKEN = ("vi", "en", "zh", "ko", "ja", "fr")
_MODES = ("offline", "mixed", "online")


@bp.get("/moi")
@needs_person
def blank() -> Page:
    own = planned()
    chosen = request.args.get("don-vi") or (own[0]["id"] if own else "")
    typed = {"organisation_id": chosen, "waitlist": "1", "capacity": "100", "timezone": dates.HOME}
    return _show(Form(typed | {"language.vi": "1"} | begun(own)), event=None, own=own)


@bp.post("/moi")
@needs_person
def create() -> Response | Page:
    own = planned()
    form = Form(request.form)
    if rearrange(form, ROWS.values()):
        return _show(form, event=None, own=own)
    body = event_form.read(form, None) | {
        "organisation_id": form.text("organisation_id", required=_("Xin chọn đơn vị chủ trì."))
    }
    if form.good:
        try:
            made = clients().events.create(body, key=f"web-{form.nonce}")
        except (Refused, Away) as error:
            _take(form, error, draft=True)
        else:
            flash(_("Đã lưu bản nháp. Chưa ai được báo; hãy xem lại rồi công bố."), "ok")
            return redirect(f"/to-chuc/su-kien/{made['id']}", 303)
    return _show(form, event=None, own=own)


@bp.get("/<uuid:event_id>/sua")
@needs_person
def edit(event_id: UUID) -> Page:
    event = event_in(event_id, "draft", "published", "postponed", "completed")
    return _show(Form(event_form.typed(event)), event=event, own=[])


@bp.post("/<uuid:event_id>/sua")
@needs_person
def change(event_id: UUID) -> Response | Page:
    """Save what differs from the event as the form shows it."""
    event = event_in(event_id, "draft", "published", "postponed", "completed")
    form = Form(request.form)
    if rearrange(form, ROWS.values()):
        return _show(form, event=event, own=[])
    wanted = event_form.read(form, event)
    # The area is not asked for where nobody knows the areas now.
    asked = {n: v for n, v in event_form.typed(event).items() if n != "venue.area_id" or n in form.typed}  # fmt: skip
    known = event_form.read(Form(asked), event)
    changes = {name: value for name, value in wanted.items() if value != known[name]}
    if form.good:
        try:
            if changes:
                clients().events.change(str(event_id), changes, etag=form["etag"])
        except (Refused, Away) as error:
            _take(form, error, draft=event["status"] == "draft")
        else:
            flash(_("Đã lưu thay đổi.") if changes else _("Bạn chưa thay đổi gì."), "ok")
            return redirect(f"/to-chuc/su-kien/{event_id}", 303)
    return _show(form, event=event, own=[])


def planned() -> list[Json]:
    """The organisations for which the person plans events; whoever plans for none has no such page."""
    if not edits_any():
        abort(404)
    return [one for one in organisations() if may_edit(str(one["id"]))]


def _take(form: Form, error: Refused | Away, *, draft: bool) -> None:
    if isinstance(error, Refused):
        if error.status in (401, 403, 404):
            raise error
        if error.status == 412:
            form.errors["_"] = _(
                "Có người vừa sửa sự kiện này. Nội dung bạn nhập vẫn còn đây: xin chép lại phần cần giữ, mở lại trang rồi lưu."
            )
            return
    form.refuse(error)
    event_form.at_their_fields(form, draft=draft)


def _show(form: Form, *, event: Json | None, own: list[Json]) -> Page:
    kinds = clients().events.kinds()
    form.sort_errors(event_form.ORDER)
    there = clients().community.organisations(on=now().date().isoformat())["items"]
    spoken = dict.fromkeys([*(event["languages"] if event else ()), *_SPOKEN])
    page = render_template(
        "organiser/form.html",
        form=form,
        event=event,
        offer=offer_of(event) if event else None,
        own=own,
        kinds=kinds,
        partners=_to_choose(there, event, "partners"),
        co_organisers=_to_choose(there, event, "co_organisers"),
        modes=[(mode, attendance_name(mode).capitalize()) for mode in _MODES],
        spoken=[(tag, language_name(tag)) for tag in spoken],
        spoken_otherwise=["languages", *(f"language.{tag}" for tag in spoken if tag != "vi")],
        programmes=_programmes(form, event, kinds),
        areas=_areas(form),
        rows={name: rows.shown(form) for name, rows in ROWS.items()},
        most={name: rows.most for name, rows in ROWS.items()},
    )
    return page, form.status, form.headers


def _to_choose(today: list[Json], event: Json | None, part: str) -> list[tuple[str, str]]:
    """Whom one can choose: those that the event has, also those that are no more, and who is there today."""
    there = {one["id"]: one for one in today}
    current = {one["id"]: there.get(one["id"], one) for one in event[part]} if event else {}
    if event:
        there.pop(event["organisation"]["id"], None)
    unnamed = _("Đơn vị chưa có tên")
    return [(one["id"], one["name"] or unnamed) for one in (current | there).values()]


def _areas(form: Form) -> list[tuple[str, str]]:
    """The wards of today, and the area that the event has; nothing where nobody knows them now."""
    today = now().date().isoformat()
    found = if_there(lambda: clients().community.areas(on=today, level="ward")) or []
    areas = {str(one["id"]): str(one["name"]) for one in found}
    chosen = form["venue.area_id"]
    if areas and chosen:
        areas.setdefault(chosen, _("Giữ như hiện nay"))
    return list(areas.items())


def _programmes(form: Form, event: Json | None, kinds: list[Json]) -> Choices | None:
    """What of the year's programmes it can be; None where there is nothing to choose, or nobody knows now."""
    owner = event["organisation"]["id"] if event else form["organisation_id"]
    found = if_there(lambda: clients().events.programmes(organisation_id=owner)) if owner else []
    # The kind of a published event is fixed, so that it pays items of that kind only.
    kind = event["kind"]["key"] if event and event["status"] != "draft" else None
    names = {one["key"]: said(one["name"]) for one in kinds}
    choices: Choices = []
    for programme in found or ():
        alone = [(str(programme["id"]), _("Thuộc chương trình, ngoài các việc đã định"))]
        group = f"{programme['year']}: {said(programme['title'])}"
        owed = [item for item in programme["items"] if kind in (None, item["kind"])]
        choices.append((group, alone + [_owed(programme, item, names) for item in owed]))
    offered = {value for _group, values in choices for value, _words in values} | {""}
    if found and form["owed_event_id"] not in offered:
        choices.append((_("Hiện nay"), [(form["owed_event_id"], _("Giữ như hiện nay"))]))
    return choices or None


def _owed(programme: Json, item: Json, kinds: dict[str, str]) -> tuple[str, str]:
    until = _("hạn %(day)s") % {"day": dates.written_day(item["due_until"])}
    kind = kinds.get(item["kind"], item["kind"])
    return f"{programme['id']}/{item['id']}", f"{said(item['title'])} ({kind}, {until})"
