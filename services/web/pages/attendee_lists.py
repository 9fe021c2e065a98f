"""Taking attendees in from a list: it is read, flagged rows are mended where they stand, and only then is anybody registered."""

from __future__ import annotations

import csv
import io
from pathlib import PurePath
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from services.web.clients import Away, Json, Refused, Upload, clients, if_there
from services.web.forms import Form
from services.web.rights import event_edited
from services.web.security import keep_nowhere
from services.web.session import needs_person
from services.web.texts import gettext as _
from services.web.texts import ngettext
from services.web.uploads import LARGEST_FILE, takes_file

bp = Blueprint("attendee_lists", __name__, url_prefix="/to-chuc/su-kien")

Page = tuple[str, int, dict[str, str]]
FATES = ("new", "changed", "same", "refused", "taken")
FIELDS = ("name", "phone", "email", "organisation", "note")
_FLAGGED_AT_ONCE, _AT_ONCE = 25, 100
# By the ending of the name: browsers call the same table by many types.
_MEDIA = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/<uuid:event_id>/nhap-danh-sach")
@needs_person
def ask(event_id: UUID) -> Page:
    return _show(event_edited(event_id), Form())


@bp.post("/<uuid:event_id>/nhap-danh-sach")
@takes_file
@needs_person
def read(event_id: UUID) -> AnyResponse | Page:
    """Have the list read; nobody is registered yet."""
    event, form = event_edited(event_id), Form(request.form)
    file = _file(form)
    if file is not None:
        try:
            made = clients().registrations.read_list(str(event_id), file)
        except (Refused, Away) as error:
            if isinstance(error, Refused) and error.status in (401, 403, 404):
                raise
            form.refuse(error)
            if "_" in form.errors:
                # What is said of the whole is said of the file.
                form.errors["file"] = form.errors.pop("_")
        else:
            return redirect(f"{_base(event_id)}/{made['id']}", 303)
    return _show(event, form)


@bp.get("/<uuid:event_id>/nhap-danh-sach/mau.csv")
@needs_person
def sample(event_id: UUID) -> Response:
    """A table to fill in, with the headings that are known; with its mark, so that spreadsheets show the accents."""
    event_edited(event_id)
    written = io.StringIO()
    csv.writer(written).writerows(
        (
            ("Họ và tên", "Số điện thoại", "Email", "Đơn vị", "Ghi chú"),
            ("Nguyễn Thị Ví Dụ", "0912 345 678", "vi-du@example.vn", "Công ty Ví Dụ", "Dòng ví dụ: xin thay."),
        )
    )  # fmt: skip
    response = Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="mau-danh-sach.csv"'
    return response


@bp.get("/<uuid:event_id>/nhap-danh-sach/<uuid:list_id>")
@needs_person
def preview(event_id: UUID, list_id: UUID) -> str:
    """What would become of each row; the flagged ones stand in fields, to be mended."""
    keep_nowhere()
    event, made = _read_before(event_id, list_id)
    fate = request.args.get("loai", "")
    if fate not in FATES:
        fate = "refused" if made["counts"]["refused"] else ""
    asked = {"fate": fate, "cursor": request.args.get("cursor", "")[:200]}
    limit = _FLAGGED_AT_ONCE if fate == "refused" else _AT_ONCE
    rows = clients().registrations.list_rows(str(list_id), **asked, limit=limit)
    return render_template(
        "organiser/attendee_list.html",
        event=event,
        made=made,
        offer=if_there(lambda: clients().registrations.offer(str(event_id))),
        fates=FATES,
        fate=fate,
        fields=FIELDS,
        rows=[row | {"wrong": _wrong(row)} for row in rows["items"]],
        next=rows["next"],
        wanted=made["counts"]["new"] + made["counts"]["changed"],
    )


@bp.post("/<uuid:event_id>/nhap-danh-sach/<uuid:list_id>/sua")
@needs_person
def mend(event_id: UUID, list_id: UUID) -> AnyResponse:
    """Put what was typed in the place of what the flagged rows said, and look at all of them again."""
    before = _read_before(event_id, list_id)[1]
    rows: dict[str, Json] = {}
    for name, text in Form(request.form).typed.items():
        place, _dot, field = name.removeprefix("row.").partition(".")
        if field in FIELDS and place.isascii() and place.isdigit() and len(place) < 7:
            longest = 4000 if field == "note" else 1000
            rows.setdefault(place, {"place": int(place)})[field] = text[:longest]
    if rows:
        after = clients().registrations.mend_list(str(list_id), list(rows.values())[:200])
        mended = before["counts"]["refused"] - after["counts"]["refused"]
        if mended > 0:
            said = ngettext("Đã sửa được %(num)s dòng.", "Đã sửa được %(num)s dòng.", mended)
            flash(said % {"num": mended}, "ok")
        else:
            flash(_("Các dòng này vẫn còn chỗ cần sửa; xin xem lời nhắc ở từng ô."), "wait")
    return redirect(f"{_base(event_id)}/{list_id}", 303)


@bp.post("/<uuid:event_id>/nhap-danh-sach/<uuid:list_id>/xac-nhan")
@needs_person
def confirm(event_id: UUID, list_id: UUID) -> AnyResponse:
    """Register the people of the good rows."""
    before = _read_before(event_id, list_id)[1]
    try:
        counts = clients().registrations.take_list(str(list_id))["counts"]
    except Refused as refused:
        if refused.status != 409:
            raise
        flash(f"{refused.title}. {refused.detail}", "gone")
    else:
        taken = counts["taken"] - before["counts"]["taken"]
        said = ngettext("Đã đưa %(num)s người vào.", "Đã đưa %(num)s người vào.", taken)
        more = _("Danh sách dài được đưa vào từng phần: xin bấm tiếp.") if counts["new"] else ""
        flash(f"{said % {'num': taken}} {more}".strip(), "ok")
    return redirect(f"{_base(event_id)}/{list_id}", 303)


def _base(event_id: UUID) -> str:
    return f"/to-chuc/su-kien/{event_id}/nhap-danh-sach"


def _read_before(event_id: UUID, list_id: UUID) -> tuple[Json, Json]:
    """The event and a list that was read for it."""
    event, made = event_edited(event_id), clients().registrations.list_read(str(list_id))
    if made["event_id"] != str(event_id):
        abort(404)
    return event, made


def _wrong(row: Json) -> dict[str, str]:
    return {one["field"]: one["message"] for one in row["problems"]}


def _file(form: Form) -> Upload | None:
    """The file as it came, with the type that its name stands for; None with the reason in the form."""
    came = request.files.get("file")
    if came is None or not came.filename:
        form.errors["file"] = _("Xin chọn tệp .xlsx hoặc .csv.")
        return None
    media = _MEDIA.get(PurePath(came.filename).suffix.lower())
    size = came.stream.seek(0, io.SEEK_END)
    if media is None:
        form.errors["file"] = _("Không đọc được loại tệp này. Xin lưu bảng thành .xlsx hoặc .csv.")
    elif size == 0:
        form.errors["file"] = _("Tệp này trống. Xin chọn tệp khác.")
    elif size > LARGEST_FILE:
        form.errors["file"] = _("Tệp lớn hơn 10 MiB. Xin chia nhỏ rồi gửi từng phần.")
    else:
        return Upload(came.stream, media)
    return None


def _show(event: Json, form: Form) -> Page:
    page = render_template("organiser/attendee_list_ask.html", event=event, form=form)
    return page, form.status, form.headers
