"""Words for the states that the services name by a key."""

from __future__ import annotations

from services.web.texts import gettext as _


def registration_state(status: str) -> tuple[str, str]:
    """The word and the tone of a registration's status."""
    return {
        "confirmed": (_("Có chỗ"), "ok"),
        "waitlisted": (_("Danh sách chờ"), "wait"),
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
        "registration-promoted": _("Được nhận chỗ từ danh sách chờ"),
        "registration-cancelled": _("Báo đã hủy đăng ký"),
        "event-changed": _("Báo đổi lịch"),
        "event-postponed": _("Báo tạm hoãn"),
        "event-cancelled": _("Báo hủy sự kiện"),
        "partner-invited": _("Thư mời đơn vị phối hợp"),
        "sign-in": _("Thư đăng nhập"),
    }.get(template, template)


def channel_name(channel: str) -> str:
    """How a notice travels."""
    return {"email": _("thư điện tử"), "inbox": _("hộp thư trên trang này")}.get(channel, channel)


def initials(title: str) -> str:
    """Two letters that stand for a role: "Chủ tịch UBND phường" gives CT."""
    words = [word for word in title.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in words[:2])
