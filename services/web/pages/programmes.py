"""Writing down what an organisation owes in a year: the programme and its items, a row each."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form, flat
from services.web.pages.organiser import organisations
from services.web.pages.year import back_to, kind_names, programme_edited, year_asked, year_of
from services.web.rights import edits_any, may_edit
from services.web.rows import Rows, rearrange
from services.web.session import needs_person, now
from services.web.texts import gettext as _
from services.web.texts import said
from services.web.words import amount

bp = Blueprint("programmes", __name__, url_prefix="/to-chuc/nam")

Page = Response | tuple[str, int, dict[str, str]]
ITEMS = Rows(
    "items",
    ("title.vi", "title.en", "kind", "due_from", "due_until", "how_many"),
    most=100,
    kept=("id",),
)
_BASIS = ("number", "issuer", "date", "valid_from", "valid_until")
_ORDER = (
    "_", "organisation_id", "year", "title.vi", "title.en", *(f"legal_basis.{part}" for part in _BASIS), "funding_source", "estimate", "items",
)  # fmt: skip


@bp.get("/moi")
@needs_person
def blank() -> Page:
    own = _planned()
    chosen = request.args.get("don-vi") or (own[0]["id"] if own else "")
    typed = {"organisation_id": chosen, "year": str(year_asked(dates.year_of(now())))}
    return _show(Form(typed), programme=None, own=own)


@bp.post("/moi")
@needs_person
def begin() -> Page:
    own = _planned()
    form = Form(request.form)
    if rearrange(form, [ITEMS]):
        return _show(form, programme=None, own=own)
    body = _read(form) | {
        "organisation_id": form.text("organisation_id", required=_("Xin chọn đơn vị.")),
        "year": year_of(form),
    }
    if form.good:
        try:
            made = clients().events.begin_programme(body, key=f"web-{form.nonce}")
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã lưu chương trình."), "ok")
            return back_to(made)
    return _show(form, programme=None, own=own)


@bp.get("/<uuid:programme_id>/sua")
@needs_person
def edit(programme_id: UUID) -> Page:
    programme = programme_edited(programme_id)
    return _show(Form(_typed(programme)), programme=programme, own=[])


@bp.post("/<uuid:programme_id>/sua")
@needs_person
def change(programme_id: UUID) -> Page:
    """Save what differs from the programme as the form shows it."""
    programme = programme_edited(programme_id)
    form = Form(request.form)
    if rearrange(form, [ITEMS]):
        return _show(form, programme=programme, own=[])
    wanted, known = _read(form), _read(Form(_typed(programme)))
    changes = {name: value for name, value in wanted.items() if value != known[name]}
    if form.good:
        try:
            if changes:
                clients().events.change_programme(str(programme_id), changes, etag=form["etag"])
        except (Refused, Away) as error:
            _take(form, error)
        else:
            flash(_("Đã lưu thay đổi.") if changes else _("Bạn chưa thay đổi gì."), "ok")
            return back_to(programme)
    return _show(form, programme=programme, own=[])


def _planned() -> list[Json]:
    """The organisations for which the person plans; whoever plans for none has no such page."""
    if not edits_any():
        abort(404)
    return [one for one in organisations() if may_edit(str(one["id"]))]


def _take(form: Form, error: Refused | Away) -> None:
    if isinstance(error, Refused):
        if error.status in (401, 403, 404):
            raise error
        if error.status == 412:
            form.errors["_"] = _(
                "Có người vừa sửa chương trình này. Nội dung bạn nhập vẫn còn đây: xin chép lại phần cần giữ, mở lại trang rồi lưu."
            )
            return
    form.refuse(error)


def _show(form: Form, *, programme: Json | None, own: list[Json]) -> Page:
    form.sort_errors(_ORDER)
    page = render_template(
        "organiser/programme.html",
        form=form,
        programme=programme,
        own=[(str(one["id"]), one["name"]) for one in own],
        kind_choices=[(key, said(name)) for key, name in kind_names().items()],
        rows=ITEMS.shown(form),
        most=ITEMS.most,
    )
    return page, form.status, form.headers


def _read(form: Form) -> Json:
    """What the form says of all that may be edited."""
    form.text("title.vi", required=_("Xin nhập tên chương trình."))
    basis = {part: form.text(f"legal_basis.{part}") or None for part in ("number", "issuer")}
    basis |= {
        part: form.day(f"legal_basis.{part}") for part in ("date", "valid_from", "valid_until")
    }
    return {
        "title": form.both("title"),
        "legal_basis": basis if any(basis.values()) else None,
        "funding_source": form.text("funding_source") or None,
        "estimate": form.amount("estimate"),
        "items": [_item(form, f"items.{number}") for number in range(ITEMS.gather(form))],
    }


def _item(form: Form, row: str) -> Json:
    form.text(
        f"{row}.title.vi", required=_("Xin nhập tên mục bằng tiếng Việt, hoặc bỏ trống cả mục.")
    )
    first = _("Xin nhập ngày bắt đầu của mục này, hoặc bỏ trống cả mục.")
    last = _("Xin nhập hạn cuối của mục này, hoặc bỏ trống cả mục.")
    item = {
        "kind": form.text(
            f"{row}.kind", required=_("Xin chọn loại sự kiện của mục này, hoặc bỏ trống cả mục.")
        ),
        "title": form.both(f"{row}.title"),
        "due_from": form.day(f"{row}.due_from", required=first),
        "due_until": form.day(f"{row}.due_until", required=last),
        "how_many": form.whole(f"{row}.how_many", required="") or 1,
    }
    known = form.text(f"{row}.id")
    return item | ({"id": known} if known else {})


def _typed(programme: Json) -> dict[str, str]:
    """A programme as the form's fields."""
    shown = ("title", "legal_basis", "funding_source", "year")
    typed = flat({name: programme.get(name) for name in shown if programme.get(name) is not None})
    parts = ("id", "kind", "title", "due_from", "due_until", "how_many")
    typed |= flat({"items": [{part: item[part] for part in parts} for item in programme["items"]]})
    typed |= {"etag": programme.get("_etag", "")}
    estimate = programme.get("estimate")
    return typed | ({"estimate": amount(estimate)} if estimate is not None else {})
