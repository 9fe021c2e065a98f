"""Files that registrations makes, passed on piece by piece as they come."""

from __future__ import annotations

from uuid import UUID

import httpx2
from flask import Blueprint, Response, abort, request

from services.web.clients import clients
from services.web.rights import event_edited
from services.web.session import needs_person

bp = Blueprint("downloads", __name__)

_FORMATS = ("csv", "xlsx")
_PAPERS = {"the-dai-bieu": "badges", "ve-moi": "tickets", "giay-xac-nhan": "certificates"}
_OWN_PAPERS = {"ve-moi": "ticket", "giay-xac-nhan": "certificate"}
_KEPT = ("Content-Type", "Content-Length", "Content-Disposition")


@bp.get("/to-chuc/su-kien/<uuid:event_id>/danh-sach.<format_>")
@needs_person
def attendee_list(event_id: UUID, format_: str) -> Response:
    """The list for a spreadsheet; of one status, if the page showed one."""
    if format_ not in _FORMATS:
        abort(404)
    event_edited(event_id)
    status = request.args.get("status", "")[:20]
    return passed_on(clients().registrations.export(str(event_id), format=format_, status=status))


@bp.get("/to-chuc/su-kien/<uuid:event_id>/<name>.pdf")
@needs_person
def papers(event_id: UUID, name: str) -> Response:
    """Papers of an event: badges, tickets or certificates, a part of them at a time."""
    if name not in _PAPERS:
        abort(404)
    event_edited(event_id)
    part = request.args.get("phan", "1")
    number = int(part) if part.isascii() and part.isdigit() and 0 < len(part) < 4 else 1
    kind = _PAPERS[name]
    return passed_on(clients().registrations.papers(str(event_id), kind=kind, part=max(number, 1)))


@bp.get("/toi/ve/<uuid:registration_id>/<name>.pdf")
@needs_person
def own_paper(registration_id: UUID, name: str) -> Response:
    """One's own ticket, or the certificate that one attended."""
    if name not in _OWN_PAPERS:
        abort(404)
    kind = _OWN_PAPERS[name]
    return passed_on(clients().registrations.paper(str(registration_id), kind=kind))


def passed_on(file: httpx2.Response) -> Response:
    """A file of another service, with its length, so that the browser shows how far it is; kept by no one between."""
    response = Response(file.iter_raw(), direct_passthrough=True)
    response.call_on_close(file.close)
    for name in _KEPT:
        if name in file.headers:
            response.headers[name] = file.headers[name]
    response.headers["Cache-Control"] = "private, no-store"
    return response
