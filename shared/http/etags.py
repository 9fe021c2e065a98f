"""Optimistic locking over HTTP (RFC 9110, section 13): what was edited meanwhile is not overwritten."""

from __future__ import annotations

import hashlib

from flask import Response, json, jsonify, request

from shared.http.problems import Problem
from shared.text import Text


class MatchRequired(Problem):
    """An edit must say which version it saw."""

    status, type = 428, "match-required"
    title = Text("Thiếu phiên bản đang sửa", "The edited version is missing")
    detail = Text(
        "Xin gửi If-Match với ETag của bản bạn đã đọc.",
        "Please send If-Match with the ETag of what you read.",
    )


class EditedMeanwhile(Problem):
    """Somebody else was faster."""

    status, type = 412, "edited-meanwhile"
    title = Text("Nội dung vừa được người khác sửa", "Somebody else has just edited this")
    detail = Text(
        "Xin tải lại, xem thay đổi rồi sửa tiếp.",
        "Please load it again, see what changed, and go on from there.",
    )


def require_match(version: int | str) -> None:
    """Check `If-Match` against the version at hand."""
    if not request.if_match:
        raise MatchRequired
    if not request.if_match.contains(str(version)) and not request.if_match.star_tag:
        raise EditedMeanwhile


def with_etag(body: object, version: int | str | None = None) -> Response:
    """A JSON answer with its ETag; 304 without a body where the caller has that version.

    Without a version it is what the body says: for what is shown together out of rows that have none in common.
    """
    response = jsonify(body)
    if version is None:
        version = hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]
    response.set_etag(str(version))
    response.make_conditional(request)
    return response
