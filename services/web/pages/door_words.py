"""What the scripts of the door say, in the reader's language; the scripts themselves hold no sentence."""

from __future__ import annotations

from services.web.texts import gettext as _


def words_of_device() -> dict[str, str]:
    """By name; {…} stands for what the scripts fill in."""
    return {
        "welcome": _("Mời vào"),
        "already": _("Đã vào rồi"),
        "invalid": _("Không hợp lệ"),
        "undone": _("Đã hoàn tác"),
        "last_time": _("Lần trước lúc {clock}"),
        "last_time_at": _("Lần trước lúc {clock}, {gate}"),
        "unchecked": _("Chưa kiểm chữ ký của vé."),
        "offline_yes": _("Ghi trên máy, sẽ gửi khi có mạng."),
        "forged": _("Vé này không do hệ thống phát hành."),
        "other-event": _("Vé này của một sự kiện khác."),
        "reissued": _("Vé này đã được thay bằng vé mới."),
        "cancelled": _("Đăng ký này đã hủy."),
        "declined": _("Đăng ký này không được duyệt."),
        "waitlisted": _("Người này còn trong danh sách chờ."),
        "pending": _("Đăng ký này còn chờ duyệt."),
        "held": _("Người này chưa nhận chỗ được giữ."),
        "not_listed": _("Mã này không có trong danh sách trên máy. Xin hỏi ban tổ chức."),
        "several": _("Mã này khớp nhiều người. Xin tìm theo tên."),
        "nothing": _("Xin nhập mã hoặc quét vé."),
        "synced": _("Đã đồng bộ lúc {clock}"),
        "waiting": _("Chờ gửi {count} lượt"),
        "offline": _("Mất mạng"),
        "never": _("Chưa có danh sách trên máy"),
        "taking": _("Đang tải danh sách…"),
        "sign_in": _("Xin đăng nhập lại để gửi"),
        "bad_list": _("Danh sách không đúng chữ ký nên máy không dùng"),
        "over": _("Sự kiện đã kết thúc; danh sách trên máy đã xóa"),
        "denied": _("Bạn không còn quyền ở cửa này; danh sách trên máy đã xóa"),
        "called_off": _("Sự kiện này đã hủy."),
        "let_in": _("Cho vào"),
        "let_in_name": _("Cho vào: {name}"),
        "nobody": _("Không có ai tên như vậy trong danh sách có chỗ."),
        "undo": _("Hoàn tác"),
        "undo_name": _("Hoàn tác: {name}"),
        "why_undo": _("Lý do hoàn tác"),
        "conflict": _("{name} đã vào trước đó lúc {clock}."),
        "conflict_at": _("{name} đã vào trước đó lúc {clock}, {gate}."),
        "overbooked": _("{name} vào khi đã hết chỗ; đã ghi vượt sức chứa."),
        "refused": _("{name} được cho vào nhưng: {why}"),
        "stuck": _("Máy chủ không nhận một lượt của {name}; xin báo ban tổ chức."),
        "somebody": _("một người"),
        "seen": _("Đã xem"),
        "cleared": _("Đã xóa dữ liệu khỏi máy này."),
        "really_clear": _("Còn {count} lượt chưa gửi. Bấm lần nữa để xóa cả những lượt này."),
        "no_camera": _("Không mở được máy quay. Xin nhập mã vào cửa."),
    }
