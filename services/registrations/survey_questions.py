"""The questions that are asked where an organiser writes no others."""

from __future__ import annotations

from typing import Any


def _question(kind: str, key: str, vi: str, en: str, **more: Any) -> dict[str, Any]:
    plain = {
        "key": key,
        "kind": kind,
        "text": {"vi": vi, "en": en},
        "required": False,
        "options": [],
    }
    return plain | more


def _option(key: str, vi: str, en: str) -> dict[str, Any]:
    return {"key": key, "text": {"vi": vi, "en": en}}


READY_MADE: list[dict[str, Any]] = [
    _question(
        "scale",
        "overall",
        "Nhìn chung, bạn hài lòng với buổi này đến mức nào?",
        "All in all, how satisfied are you with this event?",
        required=True,
    ),
    _question(
        "scale",
        "answers",
        "Câu hỏi và kiến nghị được trả lời rõ ràng đến mức nào?",
        "How clearly were questions and petitions answered?",
    ),
    _question(
        "scale",
        "speaking",
        "Người tham dự có đủ thời gian để phát biểu không?",
        "Was there enough time for those who came to speak?",
    ),
    _question(
        "choice",
        "again",
        "Bạn có muốn dự buổi sau không?",
        "Would you come to the next one?",
        options=[
            _option("yes", "Có", "Yes"),
            _option("perhaps", "Chưa chắc", "Perhaps"),
            _option("no", "Không", "No"),
        ],
    ),
    _question(
        "text",
        "better",
        "Lần sau nên làm gì tốt hơn?",
        "What should be done better next time?",
    ),
]
