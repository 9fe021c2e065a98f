"""The seats of an event in plain words: a bar of who has them, for whom some are kept, and what happened to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.web import dates
from services.web.clients import Json
from services.web.texts import gettext as _
from services.web.texts import said


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the capacity: `x` and `width` are hundredths of the bar."""

    key: str
    word: str
    number: int
    x: float
    width: float


def bar(offer: Json) -> list[Part]:
    """The capacity by what became of it: confirmed, held, kept for some, free."""
    free, held = int(offer["seats_left"]), int(offer["held"])
    taken = int(offer["confirmed"])
    kept = max(int(offer["capacity"]) - taken - held - free, 0)
    parts = (
        ("taken", _("Có chỗ"), taken),
        ("held", _("Đang mời nhận chỗ"), held),
        ("kept", _("Giữ theo phân bổ"), kept),
        ("free", _("Còn tự do"), free),
    )
    whole = sum(number for _key, _word, number in parts) or 1
    x, found = 0.0, []
    for key, word, number in parts:
        width = round(100 * number / whole, 2)
        found.append(Part(key, word, number, round(x, 2), width))
        x += width
    return found


def quota_for(quota: Json, names: dict[str, str]) -> str:
    """For whom a quota is; `names` are those of organisations and areas, by id."""
    if quota["first_timers"]:
        return _("người đến lần đầu")
    if quota["area_id"]:
        return _("người ở %(area)s") % {"area": names.get(quota["area_id"]) or _("một địa bàn")}
    name = names.get(quota["organisation_id"] or "") or _("một đơn vị")
    return _("thành viên %(organisation)s") % {"organisation": name}


def story(entries: Iterable[Json], quotas: Iterable[Json], zone: str | None) -> list[Json]:
    """What happened, a sentence an entry, in the order in which it happened."""
    names = {quota["id"]: said(quota["name"]) for quota in quotas}
    return [entry | {"said": _sentence(entry, names, zone)} for entry in entries]


def _sentence(entry: Json, names: dict[str, str], zone: str | None) -> str:
    about: dict[str, Any] = entry["details"] or {}
    words: str = {
        "registered": _("Đăng ký."),
        "walked-in": _("Đăng ký tại chỗ và vào cửa."),
        "promoted": _("Đến lượt và được mời nhận chỗ.")
        if entry["status"] == "held"
        else _("Đến lượt và có chỗ."),
        "accepted": _("Đã nhận chỗ được mời."),
        "lapsed": _("Quá hạn nhận chỗ; chỗ chuyển cho người tiếp theo."),
        "approved": _("Được duyệt."),
        "declined": _("Không được duyệt. Lý do: %(reason)s"),
        "cancelled": _ended(entry["reason"]),
        "lost-seat": _("Mất chỗ vì sức chứa giảm."),
        "reissued": _("Đổi vé mới; vé cũ hết hiệu lực."),
        "checked-in": _("Điểm danh vào cửa."),
        "check-in-undone": _("Rút lại điểm danh. Lý do: %(reason)s"),
        "resized": _("Sức chứa đổi từ %(old)s thành %(new)s."),
        "quotas-changed": _("Đổi số chỗ phân bổ."),
        "rules-changed": _("Đổi quy tắc nhận đăng ký."),
        "form-changed": _("Đổi phiếu đăng ký."),
        "answers-changed": _("Sửa câu trả lời."),
        "answers-removed": _("Xóa câu trả lời đã hết hạn lưu của %(number)s người."),
        "contacts-removed": _(
            "Xóa điện thoại và thư đã hết hạn lưu của %(nominees)s người được đề cử."
        ),
        "nomination-opened": _("Mời đơn vị đề cử %(seats)s người."),
        "nomination-changed": _("Đổi số chỗ hoặc hạn đề cử; nay là %(seats)s chỗ."),
        "nomination-closed": _("Đóng danh sách đề cử."),
        "nominated": _("Đơn vị đề cử thêm người."),
        "nominee-replaced": _("Đơn vị thay người được đề cử."),
        "imported": _("Đăng ký từ danh sách của ban tổ chức."),
        "exported": _("Tải về hoặc in danh sách (%(format)s)."),
    }.get(entry["what"], str(entry["what"]))
    values = {
        "reason": entry["reason"] or "",
        "number": about.get("registrations"),
        "old": about.get("from"),
        "new": about.get("to"),
        "nominees": about.get("nominees"),
        "seats": about.get("seats"),
        "format": about.get("format"),
    }
    first = words % values if "%(" in words else words
    return " ".join(filter(None, (first, _standing(entry, about, names, zone))))


def _ended(reason: str | None) -> str:
    return {
        "own-wish": _("Tự hủy đăng ký."),
        "event-cancelled": _("Hết hiệu lực vì sự kiện bị hủy."),
        "capacity-cut": _("Hết hiệu lực vì sức chứa giảm."),
    }.get(reason or "", _("Ban tổ chức hủy đăng ký."))


def _standing(entry: Json, about: dict[str, Any], names: dict[str, str], zone: str | None) -> str:
    """How the registration stood after it, where that needs words."""
    what, status = entry["what"], entry["status"]
    if what in ("registered", "approved", "lost-seat") and status == "waitlisted":
        return _waits(about, zone)
    if what == "registered" and status == "pending":
        return _("Chờ ban tổ chức duyệt.")
    if what == "answers-changed" and status == "pending":
        return _("Chờ ban tổ chức duyệt lại.")
    if what == "lost-seat":
        return _("Đăng ký kết thúc.")
    if what in ("registered", "approved", "promoted") and status in ("confirmed", "held"):
        if entry["quota_id"] is None:
            return _("Chỗ thuộc phần tự do.")
        quota = names.get(entry["quota_id"])
        return _("Chỗ thuộc phần giữ cho %(quota)s.") % {"quota": quota} if quota else ""
    return ""


def _waits(about: dict[str, Any], zone: str | None) -> str:
    """Which place in line, and why."""
    kept = [_kept(one, zone) for one in about.get("kept") or []]
    if about.get("position"):
        line = _("Xếp thứ %(position)s trong danh sách chờ vì hết chỗ tự do.") % about
    else:
        line = _("Vào danh sách chờ vì hết chỗ tự do.")
    if not kept:
        return line
    return line + " " + _("Lúc đó còn giữ: %(kept)s.") % {"kept": "; ".join(kept)}


def _kept(one: Json, zone: str | None) -> str:
    known = {"number": one["left"], "name": said(one["name"])}
    if not one["until"]:
        return _("%(number)s chỗ cho %(name)s") % known
    known["until"] = dates.moment(one["until"], zone)
    return _("%(number)s chỗ cho %(name)s đến %(until)s") % known
