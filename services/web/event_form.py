"""An event as the fields of its form, in the API's own names, and what the form says as the API takes it."""

from __future__ import annotations

import re

from services.web import dates
from services.web.clients import Json
from services.web.event_rows import items
from services.web.forms import Form, flat
from services.web.texts import gettext as _

ORDER = (
    "_", "organisation_id", "kind", "title", "starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "timezone",
    "attendance_mode", "venue.name", "venue.address", "venue.area_id", "venue.room", "venue.room_capacity", "venue.location.latitude",
    "venue.location.longitude", "venue.accessibility.vi", "join_url", "capacity", "conclusion", "summary", "description", "audience",
    "languages", "cover", "hosts", "speakers", "agenda", "attachments", "contacts", "partners", "co_organisers", "legal_basis",
    "document", "owed_event_id",
)  # fmt: skip
_TIMES = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
# As maps give a point to copy: "10.7546, 106.6655".
_POINT = re.compile(r"(-?\d+\.\d+)\s*[,; ]\s*(-?\d+\.\d+)")
_DEGREES = {"latitude": 90, "longitude": 180}


def typed(event: Json) -> dict[str, str]:
    """An event as the form's fields."""
    zone = event["timezone"]
    shown = (
        "title", "summary", "description", "audience", "hosts", "speakers", "attachments", "contacts", "cover", "conclusion", "venue",
        "document", "legal_basis", "capacity", "attendance_mode", "join_url",
    )  # fmt: skip
    fields = flat({name: event.get(name) for name in shown})
    fields |= {name: dates.to_field(event.get(name), zone) for name in _TIMES}
    for number, item in enumerate(event["agenda"]):
        fields |= flat(item, f"agenda.{number}")
        for name in ("starts_at", "ends_at"):
            fields[f"agenda.{number}.{name}"] = dates.to_field(item[name], zone)
    fields |= {f"language.{tag}": "1" for tag in event["languages"]}
    fields |= {f"partner.{one['id']}": "1" for one in event["partners"]}
    fields |= {f"co_organiser.{one['id']}": "1" for one in event["co_organisers"]}
    owed = (event["programme_id"], event["owed_event_id"])
    fields["owed_event_id"] = "/".join(one for one in owed if one)
    fields |= {"kind": event["kind"]["key"], "timezone": zone, "etag": event.get("_etag", "")}
    return fields | ({"waitlist": "1"} if event.get("waitlist") else {})


def read(form: Form, event: Json | None) -> Json:
    """What the form says of all that may be edited now: everything of a draft, less later on."""
    status = event["status"] if event else "draft"
    if status == "completed":
        return _afterwards(form) | {"conclusion": _conclusion(form)}
    known = event["timezone"] if event else dates.HOME
    if status != "draft":
        form.typed["timezone"] = known
        return _texts(form, known)
    zone = form.zone("timezone", known=known)
    return _texts(form, zone) | _draft(form, zone)


def at_their_fields(form: Form, *, draft: bool) -> None:
    """Move what the API said of a field to the one that stands for it on the page."""
    found, form.errors = form.errors, {}
    for name, said in found.items():
        whole = name.partition(".")[0]
        if whole in ("languages", "partners", "co_organisers"):
            name = whole  # noqa: PLW2901
        elif name == "programme_id":
            name = "owed_event_id"  # noqa: PLW2901
        elif name == "capacity" and not draft:
            # What is too small then is the room: places are changed elsewhere.
            name = "venue.room_capacity"  # noqa: PLW2901
        form.errors.setdefault(name, said)


def _afterwards(form: Form) -> Json:
    """What may be edited at any time, also of an event that has taken place."""
    return {
        "summary": form.both("summary"),
        "description": form.both("description"),
        "cover": _cover(form),
        "attachments": items(form, "attachments"),
        "contacts": items(form, "contacts"),
    } | _belonging(form)


def _texts(form: Form, zone: str) -> Json:
    """What may be edited until it takes place."""
    form.text("title.vi", required=_("Xin nhập tên sự kiện."))
    mode = form.text("attendance_mode") or "offline"
    return _afterwards(form) | {
        "title": form.both("title"),
        "audience": form.both("audience"),
        "attendance_mode": mode,
        "join_url": _join_url(form, mode),
        "venue": _venue(form, mode),
        "languages": _languages(form),
        "hosts": items(form, "hosts"),
        "speakers": items(form, "speakers"),
        "agenda": items(form, "agenda", zone=zone),
        **_participants(form),
        "legal_basis": form.text("legal_basis") or None,
        "document": {
            "number": form.text("document.number") or None,
            "date": form.text("document.date") or None,
        },
    }


def _draft(form: Form, zone: str) -> Json:
    """What is fixed once people rely on it."""
    required = {
        "starts_at": _("Xin nhập giờ bắt đầu."),
        "ends_at": _("Xin nhập giờ kết thúc."),
        "registration_opens_at": _("Xin nhập lúc mở đăng ký."),
        "registration_closes_at": _("Xin nhập hạn đăng ký."),
    }
    return {
        "kind": form.text("kind", required=_("Xin chọn loại sự kiện.")),
        "timezone": zone,
        "capacity": form.whole("capacity", required=_("Xin nhập sức chứa, ví dụ 200.")),
        "waitlist": form.ticked("waitlist"),
        **{name: form.moment(name, zone=zone, required=required[name]) for name in _TIMES},
    }


def _join_url(form: Form, mode: str) -> str | None:
    url = form.text("join_url")
    if url and mode == "offline":
        form.errors["join_url"] = _(
            "Sự kiện trực tiếp không có liên kết này: xin đổi hình thức tham dự, hoặc bỏ trống ô này."
        )
    return url or None


def _venue(form: Form, mode: str) -> Json | None:
    """Where; an event that is only online may have no venue."""
    venue: Json = {
        "room": form.text("venue.room") or None,
        "room_capacity": form.whole("venue.room_capacity", required=""),
        "location": _location(form),
        "address": form.text("venue.address") or None,
        "accessibility": form.both("venue.accessibility"),
    }
    if "venue.area_id" in form.typed:
        venue["area_id"] = form.text("venue.area_id") or None
    name = form.text("venue.name")
    if not name and mode == "online" and not any(venue.values()):
        return None
    form.text("venue.name", required=_("Xin nhập nơi tổ chức."))
    return {"name": name} | venue


def _location(form: Form) -> Json | None:
    names = {part: f"venue.location.{part}" for part in _DEGREES}
    if (found := _POINT.fullmatch(form[names["latitude"]].strip())) and not form[
        names["longitude"]
    ]:
        form.typed |= dict(zip(names.values(), found.groups(), strict=True))
    wrong = _("Xin nhập số độ, ví dụ 10.7546 và 106.6655, như bản đồ ghi.")
    point = {
        part: form.number(names[part], least=-most, most=most, wrong=wrong)
        for part, most in _DEGREES.items()
    }
    if not any(form[name].strip() for name in names.values()):
        return None
    for name in names.values():
        form.text(name, required=_("Xin nhập cả vĩ độ và kinh độ, hoặc bỏ trống cả hai."))
    return point


def _languages(form: Form) -> list[str]:
    found = _ticked(form, "language")
    if not found:
        form.errors["languages"] = _("Xin chọn ít nhất một ngôn ngữ.")
    return found


def _participants(form: Form) -> Json:
    """Those who take part, in the order of the page, where those that the event has stand first, as they stand in it."""
    partners, co_organisers = _ticked(form, "partner"), _ticked(form, "co_organiser")
    if not set(partners).isdisjoint(co_organisers):
        form.errors["co_organisers"] = _(
            "Có đơn vị được chọn ở cả hai danh sách: xin để lại ở một danh sách."
        )
    return {"partners": partners, "co_organisers": co_organisers}


def _ticked(form: Form, name: str) -> list[str]:
    return [
        one.removeprefix(f"{name}.")
        for one, value in form.typed.items()
        if value and one.startswith(f"{name}.")
    ]


def _belonging(form: Form) -> Json:
    """Of which programme it is, and which of its items it pays; nothing where the page did not ask."""
    if "owed_event_id" not in form.typed:
        return {}
    programme, _slash, item = form.text("owed_event_id").partition("/")
    return {"programme_id": programme or None, "owed_event_id": item or None}


def _cover(form: Form) -> Json | None:
    if not form.holds("cover"):
        return None
    url = form.text("cover.url", required=_("Xin nhập địa chỉ của ảnh, hoặc bỏ trống cả phần này."))
    form.text("cover.alt.vi", required=_("Xin viết ảnh cho thấy gì, cho người không xem được ảnh."))
    return {"url": url, "alt": form.both("cover.alt")}


def _conclusion(form: Form) -> Json:
    parts = {name: form.text(f"conclusion.{name}") or None for name in ("number", "date", "url")}
    return {**parts, "summary": form.both("conclusion.summary")}
