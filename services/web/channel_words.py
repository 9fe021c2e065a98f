"""Words for what partners' own systems are told, and for what came of it."""

from __future__ import annotations

from babel.numbers import format_decimal

from services.web.clients import Json
from services.web.texts import gettext as _
from services.web.texts import language

TOPICS = (
    "event.published",
    "event.changed",
    "event.postponed",
    "event.cancelled",
    "event.completed",
    "partner.invited",
)


def kind_name(kind: str) -> str:
    """What a webhook tells."""
    return {
        "event.published": _("Sự kiện được công bố"),
        "event.changed": _("Sự kiện thay đổi"),
        "event.postponed": _("Sự kiện tạm hoãn"),
        "event.cancelled": _("Sự kiện bị hủy"),
        "event.completed": _("Sự kiện đã diễn ra"),
        "partner.invited": _("Thư mời đơn vị phối hợp"),
        "webhook.test": _("Tin gửi thử"),
    }.get(kind, kind)


def what_came(attempt: Json) -> str:
    """What came of a try, and what can be done about it."""
    if attempt["outcome"] is None:
        return _("Đang gửi, chưa có trả lời")
    why, status = attempt["why"], attempt["http_status"]
    if not why:
        return _("Hệ thống đã nhận (HTTP %(status)s)") % {"status": status}
    return {
        "gone": _("Hệ thống trả lời địa chỉ này không còn dùng (HTTP 410)"),
        "redirect": _("Hệ thống chỉ sang địa chỉ khác (HTTP %(status)s); xin khai địa chỉ cuối cùng") % {"status": status},
        "not-public": _("Tên máy chủ dẫn vào mạng riêng, nên chúng tôi không gọi"),
        "no-such-name": _("Không tìm thấy máy chủ có tên này"),
        "connect-timeout": _("Không kết nối được với máy chủ trong thời gian cho phép"),
        "timeout": _("Máy chủ không trả lời kịp trong thời gian cho phép"),
        "no-connection": _("Máy chủ không nhận kết nối"),
        "tls": _("Chứng chỉ HTTPS của máy chủ không dùng được"),
        "cut": _("Máy chủ ngắt kết nối giữa chừng"),
        "worker-gone": _("Việc gửi bị gián đoạn ở phía chúng tôi"),
    }.get(why) or _("Hệ thống không nhận (HTTP %(status)s)") % {"status": status or why}  # fmt: skip


def seconds(milliseconds: int) -> str:
    """As people write it: 0,1 in Vietnamese, 0.1 in English."""
    return str(format_decimal(milliseconds / 1000, "0.0", locale=language()))


def disabled_why(endpoint: Json) -> str:
    """Why an address gets nothing any more."""
    if endpoint["disabled_why"] == "gone":
        return _("Hệ thống của đơn vị trả lời rằng địa chỉ này không còn dùng.")
    return _("Hệ thống của đơn vị không nhận được tin nào suốt nhiều ngày.")
