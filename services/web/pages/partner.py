"""A partner's lists: what it was asked for, whom it named, and who answered what."""

from __future__ import annotations

import io
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.clients import Away, Json, Refused, Upload, clients
from services.web.forms import Form
from services.web.security import keep_nowhere
from services.web.session import needs_person
from services.web.texts import gettext as _
from services.web.texts import ngettext

bp = Blueprint("partner", __name__, url_prefix="/doi-tac")

# How a workbook begins; an old one (.xls) does not and is named as what cannot be read.
_ZIPPED = b"PK\x03\x04"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAMING = ("officer", "organiser")
Page = str | Response | tuple[str, int, dict[str, str]]


@bp.get("")
@needs_person
def lists() -> str:
    """The lists of every organisation that the person acts for, what is still open first."""
    memberships = clients().community.me().get("memberships", [])
    organisations = {
        held["organisation"]["id"]: held["organisation"]
        for held in memberships
        if held["role"] in _NAMING and not held.get("event_id")
    }
    found: list[tuple[Json, list[Json]]] = []
    for organisation in sorted(organisations.values(), key=lambda one: str(one["name"])):
        asked = clients().nominations.of_partner(str(organisation["id"]))["items"]
        found.append((organisation, sorted(asked, key=lambda one: not one["open"])))
    return render_template("partner/lists.html", found=found)


@bp.get("/<uuid:nomination_id>")
@needs_person
def one_list(nomination_id: UUID) -> Page:
    return _list(nomination_id, Form())


@bp.post("/<uuid:nomination_id>/xem-truoc")
@needs_person
def preview(nomination_id: UUID) -> Page:
    """What becomes of each line, before anything is kept; flagged lines can be mended right there."""
    form = Form(request.form)
    file = request.files.get("file")
    content = file.read() if file else b""
    try:
        sheet = _sheet(nomination_id, content, form)
        text = "\n".join(filter(None, (_text(form), "" if sheet else _written(content, form))))
        if not text and not sheet and "file" not in form.errors:
            form.errors.setdefault("text", _("Xin dán danh sách: mỗi người một dòng."))
        if not form.good:
            return _list(nomination_id, form)
        if sheet and text:
            text = "\n".join((text, _lines(sheet["good"]), _lines(sheet["flagged"]))).strip()
        pasted = clients().nominations.preview(str(nomination_id), text) if text else (sheet or {})
    except (Refused, Away) as error:
        form.refuse_or_leave(error)
        return _list(nomination_id, form)
    keep_nowhere()
    form.typed = {"nonce": form.nonce, "good": _lines(pasted["good"])}
    form.typed["flagged"] = _lines(pasted["flagged"])
    return render_template(
        "partner/preview.html",
        nomination=clients().nominations.whole(str(nomination_id)),
        pasted=pasted,
        form=form,
    )


@bp.post("/<uuid:nomination_id>/de-cu")
@needs_person
def name(nomination_id: UUID) -> Page:
    """Name the good lines; those that are flagged stay in the box, to be mended."""
    form = Form(request.form)
    if "again" in form.typed:
        return preview(nomination_id)
    good, flagged = form.text("good"), form.text("flagged")
    if not good:
        form.errors["text"] = _("Chưa có dòng nào đề cử được.")
    if form.good:
        try:
            done = clients().nominations.name(str(nomination_id), good, key=f"web-{form.nonce}")
        except (Refused, Away) as error:
            form.refuse_or_leave(error)
        else:
            number = len(done["good"])
            flash(
                ngettext(
                    "Đã đề cử %(num)s người. Người có thư sẽ được mời ngay.",
                    "Đã đề cử %(num)s người. Người có thư sẽ được mời ngay.",
                    number,
                )
                % {"num": number},
                "ok",
            )
            left = "\n".join(part for part in (flagged, _lines(done["flagged"])) if part)
            if not left:
                return redirect(f"/doi-tac/{nomination_id}", 303)
            form.typed = {"text": left}
            form.errors["text"] = _("Những dòng này chưa đề cử được. Xin sửa rồi xem lại.")
            return _list(nomination_id, form)
    form.typed["text"] = "\n".join(part for part in (good, flagged) if part)
    return _list(nomination_id, form)


@bp.get("/<uuid:nomination_id>/thay/<uuid:nominee_id>")
@needs_person
def ask_to_replace(nomination_id: UUID, nominee_id: UUID) -> Page:
    return _replacing(nomination_id, nominee_id, Form())


@bp.post("/<uuid:nomination_id>/thay/<uuid:nominee_id>")
@needs_person
def replace(nomination_id: UUID, nominee_id: UUID) -> Page:
    """Name somebody else in a nominee's place; pressing twice replaces once."""
    form = Form(request.form)
    person: Json = {"name": form.text("name", required=_("Xin nhập họ tên."))}
    phone, email = form.phone("phone"), form.text("email")
    if not phone and not email:
        form.errors.setdefault("phone", _("Xin nhập số điện thoại hoặc thư để mời người này."))
    person |= ({"phone": phone} if phone else {}) | ({"email": email} if email else {})
    if form.good:
        try:
            clients().nominations.replace(str(nominee_id), person, key=f"web-{form.nonce}")
        except (Refused, Away) as error:
            form.refuse_or_leave(error)
        else:
            flash(_("Đã thay người. Chỗ của người trước nay dành cho người mới."), "ok")
            return redirect(f"/doi-tac/{nomination_id}", 303)
    return _replacing(nomination_id, nominee_id, form)


def _list(nomination_id: UUID, form: Form) -> Page:
    keep_nowhere()
    nomination = clients().nominations.whole(str(nomination_id))
    page = render_template("partner/list.html", nomination=nomination, form=form, root=_root())
    return page, form.status, form.headers


def _replacing(nomination_id: UUID, nominee_id: UUID, form: Form) -> Page:
    keep_nowhere()
    nomination = clients().nominations.whole(str(nomination_id))
    wanted = str(nominee_id)
    nominee = next((one for one in nomination["nominees"] if one["id"] == wanted), None)
    if nominee is None or nominee["state"] == "replaced":
        return redirect(f"/doi-tac/{nomination_id}", 303)
    page = render_template(
        "partner/replace.html", nomination=nomination, nominee=nominee, form=form
    )
    return page, form.status, form.headers


def _text(form: Form) -> str:
    """What was pasted; on the preview, the good lines and the mended ones together."""
    parts = (form.text("good"), form.text("flagged"), form.text("text"))
    return "\n".join(part for part in parts if part)


def _sheet(nomination_id: UUID, content: bytes, form: Form) -> Json | None:
    """What the service reads in a workbook that came along; what is said of it is said of the file."""
    if not content.startswith(_ZIPPED):
        return None
    try:
        return clients().nominations.read_sheet(
            str(nomination_id), Upload(io.BytesIO(content), _XLSX)
        )
    except Refused as refused:
        if refused.type != "unreadable-file":
            raise
        form.errors["file"] = refused.detail or refused.title
        return None


def _written(content: bytes, form: Form) -> str:
    """What stands in a file of text that came along; it is read as if it had been pasted."""
    if not content or "file" in form.errors:
        return ""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        form.errors["file"] = _(
            "Tệp này không đọc được. Xin lưu bảng thành .xlsx hoặc CSV UTF-8, hoặc chép các dòng rồi dán vào ô trên."
        )
        return ""
    return text.strip()


def _lines(rows: list[Json]) -> str:
    return "\n".join(row["text"] for row in rows)


def _root() -> str:
    """How addresses of this portal begin, for links that are handed on."""
    return request.url_root.rstrip("/")
