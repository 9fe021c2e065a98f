"""The door: one field, one glance. Works without JavaScript; the scanner is an addition."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, g, render_template, request

from services.web.clients import Away, Json, Refused, clients
from services.web.rights import may_see
from services.web.security import allow_here, keep_nowhere
from services.web.session import needs_person, organises
from services.web.texts import gettext as _

bp = Blueprint("door", __name__)

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
    try:
        done = clients().registrations.check_in(str(event_id), proof)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return _show(str(event_id), result=_refusal(refused)), refused.status
    except Away:
        why = _("Chưa ghi được. Xin thử lại, hoặc ghi tên ra giấy rồi điểm danh sau.")
        return _show(
            str(event_id), result={"tone": "wait", "word": _("Chưa kết nối được"), "why": why}
        ), 503
    return _show(str(event_id), result={"tone": "ok", "word": _("Mời vào"), "name": done["name"]})


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
        }
    wrong = str(refused.errors[0].get("message", "")) if refused.errors else ""
    why = wrong or refused.detail or refused.title
    return {"tone": "gone", "word": _("Không hợp lệ"), "why": why}


def _show(event_id: str, *, result: Json | None) -> str:
    keep_nowhere()
    g.camera = True
    allow_here(script_src="'wasm-unsafe-eval'", worker_src="'self' blob:")
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
    )


def _leave(event_id: str, event: Json | None) -> str:
    """Where the way out leads: to the event for those who see how it stands, home for who only helps at the door."""
    if event and may_see(str(event["organisation"]["id"])):
        return f"/to-chuc/su-kien/{event_id}"
    return "/to-chuc" if event is None and organises() else "/toi"
