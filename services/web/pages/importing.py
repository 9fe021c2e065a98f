"""Taking events in from a file: it is read, what would become of each entry is shown, and only then is it done."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePath
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from services.web import dates
from services.web.changes import said_fields
from services.web.clients import Away, Json, Refused, Upload, clients, if_there
from services.web.forms import Form
from services.web.pages.drafting import planned
from services.web.session import needs_person, now
from services.web.texts import gettext as _
from services.web.texts import ngettext, said
from services.web.uploads import LARGEST_FILE, takes_file

bp = Blueprint("importing", __name__, url_prefix="/to-chuc/nhap")

Page = tuple[str, int, dict[str, str]]
FATES = ("new", "changed", "same", "refused")
_AT_ONCE = 100
# By the ending of the name: browsers call the same table by many types.
_MEDIA = {
    ".ics": "text/calendar",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ORDER = ("_", "organisation_id", "kind", "timezone", "file")


@bp.get("")
@needs_person
def ask() -> Page:
    own = planned()
    asked = request.args.get("don-vi", "")
    chosen = asked or (str(own[0]["id"]) if own else "")
    return _show(Form({"organisation_id": chosen, "timezone": dates.HOME}), own)


@bp.post("")
@takes_file
@needs_person
def read() -> AnyResponse | Page:
    """Have the file read; nothing is made of it yet."""
    own = planned()
    form = Form(request.form)
    query = {
        "organisation_id": form.text("organisation_id", required=_("Xin chọn đơn vị chủ trì.")),
        "kind": form.text("kind", required=_("Xin chọn loại cho những dòng không ghi loại.")),
        "timezone": form.zone("timezone", known=dates.HOME),
    }
    file = _file(form)
    if form.good and file is not None:
        try:
            made = clients().events.read_file(file, **query)
        except (Refused, Away) as error:
            _take(form, error)
        else:
            return redirect(f"/to-chuc/nhap/{made['id']}", 303)
    return _show(form, own)


@bp.get("/mau.csv")
@needs_person
def sample() -> Response:
    """A table to fill in, with the headings that are known; with its mark, so that spreadsheets show the accents."""
    written = io.StringIO()
    kind = next(iter(if_there(clients().events.kinds) or []), None)
    day = dates.local(now()) + timedelta(days=60)
    csv.writer(written).writerows(
        (
            # As the reader of files knows them, in whatever language the page is.
            ("Mã", "Tên sự kiện", "Loại", "Ngày", "Bắt đầu", "Kết thúc", "Địa điểm", "Địa chỉ", "Sức chứa", "Nội dung"),
            (
                "SK-01", "Đối thoại với doanh nghiệp trẻ", said(kind and kind["name"]), f"{day:%d/%m/%Y}", "14:00", "16:30",
                "Hội trường UBND phường", "Số 1 đường Chính", "200", "Dòng ví dụ: xin thay bằng sự kiện của đơn vị.",
            ),
        )
    )  # fmt: skip
    response = Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="mau-su-kien.csv"'
    return response


@bp.get("/<uuid:import_id>")
@needs_person
def preview(import_id: UUID) -> str:
    """What would become of each entry now, or what became of it."""
    made = clients().events.file_read(str(import_id))
    fate = request.args.get("loai", "")
    shown = [row for row in made["rows"] if fate not in FATES or row["fate"] == fate]
    start = _number(request.args.get("tu", ""))
    organisation = if_there(lambda: clients().community.organisation(made["organisation_id"]))
    return render_template(
        "organiser/import.html",
        made=made,
        organisation=organisation,
        fates=FATES,
        fate=fate if fate in FATES else "",
        rows=shown[start : start + _AT_ONCE],
        before=max(0, start - _AT_ONCE) if start else None,
        after=start + _AT_ONCE if len(shown) > start + _AT_ONCE else None,
        wanted=made["counts"]["new"] + made["counts"]["changed"],
        differing=_differing(made),
    )


@bp.post("/<uuid:import_id>/xac-nhan")
@needs_person
def confirm(import_id: UUID) -> AnyResponse:
    """Make the drafts, once."""
    before = clients().events.file_read(str(import_id))
    if before["confirmed_at"]:
        flash(_("Tệp này đã được đưa vào từ trước; không có gì thay đổi thêm."), "note")
    else:
        counts = clients().events.confirm_file(str(import_id))["counts"]
        new, changed = counts["new"], counts["changed"]
        made = ngettext("Đã tạo %(num)s bản nháp", "Đã tạo %(num)s bản nháp", new) % {"num": new}
        edited = ngettext("đã sửa %(num)s", "đã sửa %(num)s", changed) % {"num": changed}
        flash(f"{made}, {edited}. " + _("Chưa ai được báo; hãy xem lại rồi công bố."), "ok")
    return redirect(f"/to-chuc/nhap/{import_id}", 303)


def _differing(made: Json) -> Callable[[Json], list[tuple[str, str, str]]]:
    """What a row would change, in words; the kinds are asked for only where one changes."""
    kinds: dict[str, str] = {}
    if any("kind" in row["differences"] for row in made["rows"]):
        kinds = {one["key"]: said(one["name"]) for one in if_there(clients().events.kinds) or []}

    def say(row: Json) -> list[tuple[str, str, str]]:
        fields = {
            "kind_key" if name == "kind" else name: pair
            for name, pair in row["differences"].items()
        }
        return said_fields(fields, zone=dates.HOME, names={}, kinds=kinds)

    return say


def _file(form: Form) -> Upload | None:
    """The file as it came, with the type that its name stands for; None with the reason in the form."""
    came = request.files.get("file")
    if came is None or not came.filename:
        form.errors["file"] = _("Xin chọn tệp .ics, .csv hoặc .xlsx.")
        return None
    media = _MEDIA.get(PurePath(came.filename).suffix.lower())
    size = came.stream.seek(0, io.SEEK_END)
    if media is None:
        form.errors["file"] = _(
            "Không đọc được loại tệp này. Xin lưu bảng thành .xlsx hoặc .csv, lịch thành .ics."
        )
    elif size == 0:
        form.errors["file"] = _("Tệp này trống. Xin chọn tệp khác.")
    elif size > LARGEST_FILE:
        form.errors["file"] = _("Tệp lớn hơn 10 MiB. Xin chia nhỏ rồi gửi từng phần.")
    else:
        return Upload(came.stream, media)
    return None


def _take(form: Form, error: Refused | Away) -> None:
    if isinstance(error, Refused) and error.status in (401, 403, 404):
        raise error
    form.refuse(error)
    if isinstance(error, Refused) and "_" in form.errors:
        # What is said of the whole is said of the file.
        form.errors["file"] = form.errors.pop("_")


def _show(form: Form, own: list[Json]) -> Page:
    form.sort_errors(_ORDER)
    kinds = clients().events.kinds()
    page = render_template(
        "organiser/import_ask.html",
        form=form,
        own=[(one["id"], one["name"]) for one in own],
        kinds=[(one["key"], said(one["name"])) for one in kinds],
    )
    return page, form.status, form.headers


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
