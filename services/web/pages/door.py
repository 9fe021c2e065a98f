"""The door: one field, one glance. Works without JavaScript; the scanner is an addition."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

from flask import Blueprint, g, render_template, request

from services.web.clients import Away, Json, Refused, clients
from services.web.pages.door_words import words_of_device
from services.web.rights import may_see
from services.web.security import allow_here, keep_nowhere
from services.web.session import needs_person, organises
from services.web.texts import gettext as _

bp = Blueprint("door", __name__)

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ENTRY_CODE = re.compile(r"[A-Za-z0-9]{4,12}")


@bp.get("/cua/<uuid:event_id>")
@needs_person
def door(event_id: UUID) -> str:
    return _show(str(event_id), result=None)


@bp.post("/cua/<uuid:event_id>")
@needs_person
def check_in(event_id: UUID) -> str | tuple[str, int]:
    """Let one person in, or say why not."""
    proof = _proof()
    if proof is None:
        return _show(
            str(event_id),
            result={"tone": "gone", "word": _("Chưa có mã"), "why": _("Xin nhập mã hoặc quét vé.")},
        ), 422
    return _tried(
        event_id, lambda: _welcome(clients().registrations.check_in(str(event_id), proof))
    )


@bp.post("/cua/<uuid:event_id>/tai-cho")
@needs_person
def walk_in(event_id: UUID) -> str | tuple[str, int]:
    """Let somebody in who did not register, while a seat is free."""
    name = " ".join(request.form.get("name", "").split())[:200]
    if not name:
        why = _("Xin nhập họ tên của người đến.")
        result = {"tone": "gone", "word": _("Chưa có tên"), "why": why}
        return _show(str(event_id), result=result), 422
    key = request.form.get("nonce", "")[:100] or uuid4().hex
    return _tried(
        event_id,
        lambda: _welcome(clients().registrations.walk_in(str(event_id), name=name, key=key)),
    )


@bp.post("/cua/<uuid:event_id>/hoan-tac")
@needs_person
def undo(event_id: UUID) -> str | tuple[str, int]:
    """Take back an admission that was a mistake, with the reason."""
    reason = " ".join(request.form.get("reason", "").split())[:400]
    registration_id = request.form.get("registration_id", "")
    if not reason or not _ID.fullmatch(registration_id):
        why = _("Xin ghi lý do hoàn tác.")
        result = {"tone": "gone", "word": _("Chưa hoàn tác"), "why": why}
        return _show(str(event_id), result=result), 422

    def take_back() -> Json:
        undone = clients().registrations.undo_check_in(registration_id, reason=reason)
        return {"tone": "wait", "word": _("Đã hoàn tác"), "name": undone["name"]}

    return _tried(event_id, take_back)


def _tried(event_id: UUID, act: Callable[[], Json]) -> str | tuple[str, int]:
    """The door after something was done, or with why it was not."""
    try:
        return _show(str(event_id), result=act())
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return _show(str(event_id), result=_refusal(refused)), refused.status
    except Away:
        why = _("Chưa ghi được. Xin thử lại, hoặc ghi tên ra giấy rồi điểm danh sau.")
        result = {"tone": "wait", "word": _("Chưa kết nối được"), "why": why}
        return _show(str(event_id), result=result), 503


def _welcome(done: Json) -> Json:
    return {
        "tone": "ok",
        "word": _("Mời vào"),
        "name": done["name"],
        "registration_id": done["registration_id"],
    }


def _proof() -> Json | None:
    """What was typed or scanned, as the API takes it: a person picked, an entry code, or a whole ticket."""
    if picked := request.form.get("registration_id"):
        return {"registration_id": picked}
    entry = "".join(request.form.get("entry", "").split())
    if not entry:
        return None
    bare = entry.replace("-", "")
    return {"code": bare.upper()} if _ENTRY_CODE.fullmatch(bare) else {"ticket": entry}


def _refusal(refused: Refused) -> Json:
    members = refused.members
    if refused.type == "already-checked-in":
        return {
            "tone": "wait",
            "word": _("Đã vào rồi"),
            "name": members.get("name", ""),
            "at": members.get("checked_in_at"),
            "registration_id": members.get("registration_id"),
        }
    wrong = str(refused.errors[0].get("message", "")) if refused.errors else ""
    why = wrong or refused.detail or refused.title
    return {"tone": "gone", "word": _("Không hợp lệ"), "why": why}


def _show(event_id: str, *, result: Json | None) -> str:
    keep_nowhere()
    g.camera = True
    allow_here(script_src="'wasm-unsafe-eval'", worker_src="'self' blob:", manifest_src="'self'")
    q = request.args.get("q", "").strip()[:200]
    try:
        event: Json | None = clients().events.event(event_id)
        found = clients().registrations.attendees(
            event_id, q=q, status="confirmed", limit=10 if q else 1
        )
    except Away:
        if result is None:
            raise
        event, found = None, {"items": [], "counts": {}}
    return render_template(
        "door.html",
        event=event,
        event_id=event_id,
        leave=_leave(event_id, event),
        counts=found.get("counts") or {},
        people=found["items"] if q else [],
        q=q,
        result=result,
        nonce=uuid4().hex,
        words=words_of_device(),
    )


def _leave(event_id: str, event: Json | None) -> str:
    """Where the way out leads: to the event for those who see how it stands, home for who only helps at the door."""
    if event and may_see(str(event["organisation"]["id"])):
        return f"/to-chuc/su-kien/{event_id}"
    return "/to-chuc" if event is None and organises() else "/toi"
