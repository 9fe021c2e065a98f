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
    """The capacity by what became of it: confirmed, held, theirs whose edited answers are looked at, kept for some, free."""
    free, held = int(offer["seats_left"]), int(offer["held"])
    taken, again = int(offer["confirmed"]), int(offer["asked_again"])
    kept = max(int(offer["capacity"]) - taken - held - again - free, 0)
    parts = [
        ("taken", _("Có chỗ"), taken),
        ("held", _("Đang mời nhận chỗ"), held),
        ("kept", _("Giữ theo phân bổ"), kept),
        ("free", _("Còn tự do"), free),
    ]
    if again:
        parts.insert(2, ("held", _("Giữ khi duyệt lại"), again))
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
        "imported": _("Sửa theo danh sách được nhập vào.")
        if about.get("edited")
        else _("Đưa vào từ danh sách."),
        "exported": _taken_away(about.get("format")),
        "nomination-opened": _("Mời một đơn vị đề cử %(seats)s người đến %(deadline)s."),
        "nomination-changed": _("Danh sách đề cử nay có %(seats)s chỗ, hạn %(deadline)s."),
        "nomination-closed": _("Đóng một danh sách đề cử."),
        "nominated": _("Gửi tên người được đề cử."),
        "nominee-replaced": _("Thay một người được đề cử."),
        "contacts-removed": _(
            "Xóa điện thoại và thư đã hết hạn lưu của %(nominees)s người được đề cử."
        ),
    }.get(entry["what"], str(entry["what"]))
    values = {
        "reason": entry["reason"] or "",
        "number": about.get("registrations"),
        "old": about.get("from"),
        "new": about.get("to"),
        "seats": about.get("seats"),
        "deadline": dates.moment(about["deadline"], zone) if "deadline" in about else "",
        "nominees": about.get("nominees"),
    }
    first = words % values if "%(" in words else words
    return " ".join(filter(None, (first, _standing(entry, about, names, zone))))


def _ended(reason: str | None) -> str:
    return {
        "own-wish": _("Tự hủy đăng ký."),
        "event-cancelled": _("Hết hiệu lực vì sự kiện bị hủy."),
        "capacity-cut": _("Hết hiệu lực vì sức chứa giảm."),
        "replaced": _("Nhường chỗ cho người được đề cử thay."),
    }.get(reason or "", _("Ban tổ chức hủy đăng ký."))


def _taken_away(format_: str | None) -> str:
    return {
        "badges": _("In thẻ đại biểu."),
        "tickets": _("In vé mời."),
        "certificates": _("In giấy xác nhận."),
    }.get(format_ or "", _("Tải danh sách người tham dự về máy."))


def _standing(entry: Json, about: dict[str, Any], names: dict[str, str], zone: str | None) -> str:
    """How the registration stood after it, where that needs words."""
    what, status = entry["what"], entry["status"]
    came = what == "registered" or (what == "imported" and not about.get("edited"))
    if (came or what in ("approved", "lost-seat")) and status == "waitlisted":
        return _waits(about, zone)
    if came and status == "pending":
        return _("Chờ ban tổ chức duyệt.")
    if what == "answers-changed" and status == "pending":
        return _("Chờ ban tổ chức duyệt lại.")
    if what == "lost-seat":
        return _("Đăng ký kết thúc.")
    if (came or what in ("approved", "promoted")) and status in ("confirmed", "held"):
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
