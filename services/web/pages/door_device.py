"""What the scripts of the door ask: the list, the way back for scans, and what makes the page an app of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from uuid import UUID

from flask import Blueprint, Response, jsonify, make_response, request, send_from_directory
from flask_wtf.csrf import generate_csrf

from services.web.assets import ROOT
from services.web.clients import Away, Json, Refused, clients, if_there
from services.web.security import keep_nowhere
from services.web.session import SignedOut, language, signed_in
from services.web.texts import gettext as _

bp = Blueprint("door_device", __name__)

P = ParamSpec("P")


def answers_scripts(view: Callable[P, Json]) -> Callable[P, Response]:
    """A view that scripts ask: JSON always, and a status in place of a page that says why not."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
        keep_nowhere()
        try:
            if not signed_in():
                raise SignedOut
            return jsonify(view(*args, **kwargs))
        except SignedOut:
            return make_response(jsonify(type="signed-out"), 401)
        except Refused as refused:
            said = {"type": refused.type, "title": refused.title, "detail": refused.detail}
            return make_response(jsonify(said), refused.status)
        except Away as away:
            answer = make_response(jsonify(type="away"), 503)
            answer.headers["Retry-After"] = str(away.retry_after)
            return answer

    return answered


@bp.get("/cua/<uuid:event_id>/danh-sach.json")
@answers_scripts
def door_list(event_id: UUID) -> Json:
    """A page of the signed list; the first one also with the keys, the counts and the token for sending."""
    asked = {name: request.args.get(name) or None for name in ("since", "cursor")}
    found = clients().registrations.door_list(str(event_id), **asked)
    if asked["cursor"]:
        return found
    return found | {
        "keys": clients().registrations.ticket_keys()["keys"],
        "door": if_there(lambda: clients().registrations.door(str(event_id))),
        "csrf": generate_csrf(),
    }


@bp.post("/cua/<uuid:event_id>/luot")
@answers_scripts
def tell_scans(event_id: UUID) -> Json:
    """What the device scanned."""
    batch = request.get_json(silent=True)
    if not isinstance(batch, dict):
        raise Refused(400, {"type": "not-json"})
    return clients().registrations.tell_scans(str(event_id), batch)


@bp.get("/cua/<uuid:event_id>/ung-dung.webmanifest")
def manifest(event_id: UUID) -> Response:
    """The page as an app of its own. It names nobody and no event, since browsers ask for it without a session."""
    icons = [
        {"src": f"/static/door/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    body = {
        "name": _("Điểm danh · Đối Thoại"),
        "short_name": _("Điểm danh"),
        "lang": language(),
        "start_url": f"/cua/{event_id}",
        "id": f"/cua/{event_id}",
        "scope": "/cua/",
        "display": "standalone",
        "background_color": "#0b1011",
        "theme_color": "#0b1011",
        "icons": [one | {"purpose": purpose} for one in icons for purpose in ("any", "maskable")],
    }
    answer = jsonify(body)
    answer.mimetype = "application/manifest+json"
    return answer


@bp.get("/cua/tho.js")
@bp.get("/toi/ve/tho.js")
def worker() -> Response:
    """The service worker; where it lies says for which pages it works."""
    answer = send_from_directory(ROOT, "offline.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
