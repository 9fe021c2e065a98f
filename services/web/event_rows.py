"""The lists of an event as rows of its form: who speaks, the agenda, what to read and whom to ask."""

from __future__ import annotations

from services.web.clients import Json
from services.web.forms import Form
from services.web.rows import Rows
from services.web.texts import gettext as _

_HOST = ("role_title.vi", "role_title.en", "note.vi", "note.en")
_ITEM = ("starts_at", "ends_at", "title.vi", "title.en", "speaker.vi", "speaker.en", "room", "note.vi", "note.en")  # fmt: skip
_ALL = (
    Rows("hosts", _HOST, most=20, least=4, kept=("organisation_id",)),
    Rows("speakers", (*_HOST, "name"), most=50, kept=("organisation_id",)),
    Rows("agenda", _ITEM, most=100, least=3),
    Rows("attachments", ("title.vi", "title.en", "url"), most=30),
    Rows("contacts", ("name.vi", "name.en", "phone", "email"), most=10),
)
ROWS = {rows.name: rows for rows in _ALL}


def items(form: Form, name: str, *, zone: str = "") -> list[Json]:
    """The items of a list as the API takes them, a row each; times are those of `zone`."""
    rows = [f"{name}.{number}" for number in range(ROWS[name].gather(form))]
    if name == "agenda":
        return [_item(form, row, zone) for row in rows]
    return [_READ[name](form, row) for row in rows]


def _host(form: Form, row: str) -> Json:
    title = _("Xin nhập chức danh bằng tiếng Việt, hoặc bỏ trống cả phần của người này.")
    form.text(f"{row}.role_title.vi", required=title)
    return {
        "role_title": form.both(f"{row}.role_title"),
        "note": form.both(f"{row}.note"),
        "organisation_id": form.text(f"{row}.organisation_id") or None,
    }


def _speaker(form: Form, row: str) -> Json:
    return _host(form, row) | {"name": form.text(f"{row}.name") or None}


def _item(form: Form, row: str, zone: str) -> Json:
    title = _("Xin nhập tên mục bằng tiếng Việt, hoặc bỏ trống cả mục.")
    form.text(f"{row}.title.vi", required=title)
    begins = _("Xin nhập giờ bắt đầu của mục này, hoặc bỏ trống cả mục.")
    ends = _("Xin nhập giờ kết thúc của mục này, hoặc bỏ trống cả mục.")
    return {
        "starts_at": form.moment(f"{row}.starts_at", zone=zone, required=begins),
        "ends_at": form.moment(f"{row}.ends_at", zone=zone, required=ends),
        "title": form.both(f"{row}.title"),
        "speaker": form.both(f"{row}.speaker"),
        "room": form.text(f"{row}.room") or None,
        "note": form.both(f"{row}.note"),
    }


def _attachment(form: Form, row: str) -> Json:
    title = _("Xin nhập tên tài liệu bằng tiếng Việt, hoặc bỏ trống cả dòng.")
    form.text(f"{row}.title.vi", required=title)
    address = _("Xin nhập liên kết của tài liệu, hoặc bỏ trống cả dòng.")
    return {
        "title": form.both(f"{row}.title"),
        "url": form.text(f"{row}.url", required=address),
    }


def _contact(form: Form, row: str) -> Json:
    name = _("Xin nhập tên nơi liên hệ bằng tiếng Việt, hoặc bỏ trống cả phần này.")
    form.text(f"{row}.name.vi", required=name)
    return {
        "name": form.both(f"{row}.name"),
        "phone": form.phone(f"{row}.phone") or None,
        "email": form.text(f"{row}.email") or None,
    }


_READ = {"hosts": _host, "speakers": _speaker, "attachments": _attachment, "contacts": _contact}
