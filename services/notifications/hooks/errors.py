"""The situations in which an endpoint refuses, each with its HTTP form."""

from __future__ import annotations

from shared.http.problems import Problem
from shared.text import Text


class EndpointExists(Problem):
    """One address is told each thing once."""

    status, type = 409, "endpoint-exists"
    title = Text("Đơn vị đã có địa chỉ nhận này", "The organisation has this endpoint already")
    detail = Text(
        "Xin dùng địa chỉ đã có; nếu không còn giữ khóa, hãy đổi khóa.",
        "Please use the one that is there; if its secret is lost, rotate it.",
    )


class TooManyEndpoints(Problem):
    status, type = 409, "too-many-endpoints"
    title = Text(
        "Đơn vị đã có đủ địa chỉ nhận", "The organisation has all the endpoints it may have"
    )
    detail = Text(
        "Mỗi đơn vị có nhiều nhất {most} địa chỉ. Xin xóa địa chỉ không dùng nữa.",
        "An organisation has at most {most}. Please delete one that is no longer used.",
    )
    members = ("most",)


class EndpointDisabled(Problem):
    status, type = 409, "endpoint-disabled"
    title = Text("Địa chỉ nhận này đang tắt", "The endpoint is disabled")
    detail = Text(
        "Xin gửi thử để chắc hệ thống của bạn đã trả lời, bật lại địa chỉ, rồi gửi lại.",
        "Please test that your system answers, enable the endpoint, and send it again.",
    )
