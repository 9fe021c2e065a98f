"""Words for the states that the services name by a key."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from services.web.texts import gettext as _
from services.web.texts import language


def registration_state(status: str) -> tuple[str, str]:
    """The word and the tone of a registration's status."""
    return {
        "confirmed": (_("Có chỗ"), "ok"),
        "waitlisted": (_("Danh sách chờ"), "wait"),
        "held": (_("Mời nhận chỗ"), "wait"),
        "pending": (_("Chờ duyệt"), "wait"),
        "declined": (_("Không được duyệt"), "gone"),
        "cancelled": (_("Đã hủy"), "gone"),
    }.get(status, (status, "quiet"))


def event_state(status: str) -> tuple[str, str]:
    """The word and the tone of an event's status."""
    return {
        "draft": (_("Bản nháp"), "quiet"),
        "published": (_("Đã công bố"), "ok"),
        "postponed": (_("Tạm hoãn"), "wait"),
        "cancelled": (_("Đã hủy"), "gone"),
        "completed": (_("Đã diễn ra"), "quiet"),
    }.get(status, (status, "quiet"))


def progress_state(state: str) -> tuple[str, str]:
    """The word and the tone of how far an owed item is."""
    return {
        "done": (_("Đã xong"), "ok"),
        "published": (_("Đã công bố"), "ok"),
        "drafted": (_("Có bản nháp"), "quiet"),
        "missing": (_("Chưa có"), "wait"),
        "late": (_("Trễ hạn"), "gone"),
    }.get(state, (state, "quiet"))


def amount(vnd: int) -> str:
    """An amount in whole VND, its digits grouped: 12.500.000 in Vietnamese, 12,500,000 in English."""
    grouped = f"{vnd:,}"
    return grouped if language() == "en" else grouped.replace(",", ".")


def number(value: float) -> str:
    """A figure with a decimal comma in Vietnamese: "4,5"."""
    text = f"{value:g}"
    return text if language() == "en" else text.replace(".", ",")


def delivery_state(status: str) -> tuple[str, str]:
    """The word and the tone of a delivery's status."""
    return {
        "created": (_("Chờ gửi"), "quiet"),
        "sending": (_("Đang gửi"), "quiet"),
        "delivered": (_("Đã gửi"), "ok"),
        "temporary-failure": (_("Sẽ gửi lại"), "wait"),
        "permanent-failure": (_("Không gửi được"), "gone"),
        "technical-failure": (_("Lỗi kỹ thuật"), "gone"),
        "held": (_("Đang giữ lại"), "wait"),
        "ambiguous": (_("Chưa rõ đã đến chưa"), "wait"),
        "superseded": (_("Đã có tin mới hơn"), "quiet"),
        "suppressed": (_("Không gửi"), "quiet"),
    }.get(status, (status, "quiet"))


def template_name(template: str) -> str:
    """What a notice is about."""
    return {
        "registration-confirmed": _("Xác nhận có chỗ và vé"),
        "registration-waitlisted": _("Báo vị trí chờ"),
        "registration-held": _("Mời nhận chỗ"),
        "registration-pending": _("Báo đã nhận đăng ký"),
        "registration-declined": _("Báo không được duyệt"),
        "registration-promoted": _("Được nhận chỗ từ danh sách chờ"),
        "registration-cancelled": _("Báo đã hủy đăng ký"),
        "event-changed": _("Báo đổi lịch"),
        "event-postponed": _("Báo tạm hoãn"),
        "event-cancelled": _("Báo hủy sự kiện"),
        "partner-invited": _("Thư mời đơn vị phối hợp"),
        "nomination-opened": _("Mời đề cử người dự"),
        "nomination-closed": _("Báo hết hạn đề cử"),
        "nominee-asked": _("Mời người được đề cử xác nhận"),
        "webhook-disabled": _("Báo ngừng gửi đến hệ thống của đơn vị"),
        "sign-in": _("Thư đăng nhập"),
    }.get(template, template)


def nominee_state(state: str) -> tuple[str, str]:
    """What somebody on a partner's list is, with its tone."""
    return {
        "nominated": (_("Chờ trả lời"), "wait"),
        "confirmed": (_("Đã xác nhận"), "ok"),
        "declined": (_("Đã từ chối"), "gone"),
        "replaced": (_("Đã thay"), "quiet"),
        "lapsed": (_("Không trả lời"), "quiet"),
    }.get(state, (state, "quiet"))


def channel_name(channel: str) -> str:
    """How a notice travels."""
    return {"email": _("thư điện tử"), "inbox": _("hộp thư trên trang này")}.get(channel, channel)


def initials(title: str) -> str:
    """Two letters that stand for a role: "Chủ tịch UBND phường" gives CT."""
    words = [word for word in title.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in words[:2])


def field_name(name: str) -> str:
    """What people call a field of an event."""
    return {
        "title": _("Tên sự kiện"),
        "summary": _("Tóm tắt"),
        "description": _("Nội dung"),
        "audience": _("Ai nên đến"),
        "illustrative": _("Dữ liệu minh họa"),
        "hosts": _("Đại diện trả lời"),
        "speakers": _("Diễn giả"),
        "agenda": _("Chương trình"),
        "languages": _("Ngôn ngữ"),
        "attendance_mode": _("Hình thức tham dự"),
        "join_url": _("Liên kết tham dự trực tuyến"),
        "attachments": _("Tài liệu"),
        "cover": _("Ảnh bìa"),
        "contacts": _("Nơi liên hệ"),
        "conclusion": _("Thông báo kết luận"),
        "venue": _("Địa điểm"),
        "starts_at": _("Bắt đầu"),
        "ends_at": _("Kết thúc"),
        "timezone": _("Múi giờ"),
        "capacity": _("Sức chứa"),
        "waitlist": _("Danh sách chờ"),
        "registration_opens_at": _("Mở đăng ký"),
        "registration_closes_at": _("Hạn đăng ký"),
        "participants": _("Đơn vị phối hợp"),
        "document": _("Văn bản"),
        "legal_basis": _("Căn cứ pháp lý"),
        "programme_id": _("Chương trình năm"),
        "owed_event_id": _("Việc phải làm trong chương trình năm"),
        "kind": _("Loại sự kiện"),
        "kind_key": _("Loại sự kiện"),
        "series_id": _("Chuỗi sự kiện"),
        "occurrence": _("Ngày theo chuỗi"),
    }.get(name, name)


def change_name(action: str) -> tuple[str, str]:
    """What was done to an event, and its tone."""
    return {
        "drafted": (_("Tạo bản nháp"), "quiet"),
        "edited": (_("Sửa nội dung"), "quiet"),
        "published": (_("Công bố"), "ok"),
        "rescheduled": (_("Đổi lịch"), "wait"),
        "postponed": (_("Tạm hoãn"), "wait"),
        "cancelled": (_("Hủy sự kiện"), "gone"),
        "completed": (_("Ghi nhận đã diễn ra"), "ok"),
    }.get(action, (action, "quiet"))


def role_name(role: str) -> str:
    """What somebody does for an organisation."""
    return {
        "organiser": _("ban tổ chức"),
        "leader": _("lãnh đạo"),
        "officer": _("cán bộ phụ trách"),
        "door": _("người giúp điểm danh"),
    }.get(role, _("thành viên"))


def attendance_name(mode: str) -> str:
    """How one takes part."""
    return {
        "offline": _("trực tiếp"),
        "online": _("trực tuyến"),
        "mixed": _("trực tiếp và trực tuyến"),
    }.get(mode, mode)


def language_name(tag: str) -> str:
    """A spoken language, by its BCP 47 tag: "Tiếng Anh"; the tag itself where nobody knows it."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(language()) or tag
    except (ValueError, UnknownLocaleError):
        return tag
    return name[:1].upper() + name[1:]


def list_fate(fate: str) -> tuple[str, str]:
    """What becomes, or became, of a row of a list of attendees."""
    return {
        "new": (_("Người mới"), "ok"),
        "changed": (_("Bổ sung"), "wait"),
        "same": (_("Đã có sẵn"), "quiet"),
        "refused": (_("Cần sửa"), "gone"),
        "taken": (_("Đã đưa vào"), "ok"),
    }.get(fate, (fate, "quiet"))


def import_fate(fate: str, *, confirmed: bool) -> tuple[str, str]:
    """What becomes, or became, of a row of a file."""
    if confirmed and fate == "same":
        return _("Đã có"), "ok"
    return {
        "new": (_("Mới"), "ok"),
        "changed": (_("Thay đổi"), "wait"),
        "same": (_("Không đổi"), "quiet"),
        "refused": (_("Chưa nhận"), "gone"),
    }.get(fate, (fate, "quiet"))
