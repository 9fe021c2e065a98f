"""The demo's outbox: every mail that would have been sent, for eyes on this machine only."""

from __future__ import annotations

import re
from ipaddress import ip_address

from flask import Blueprint, abort, current_app, render_template, request

from services.web.clients import clients
from services.web.security import allow_here, keep_nowhere, local_path

bp = Blueprint("outbox", __name__, url_prefix="/outbox")


@bp.before_request
def _only_here() -> None:
    """Mails hold codes and tickets: nobody reads them over a network, nor through a proxy of another machine."""
    keep_nowhere()
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    way = [request.remote_addr or "", *(address.strip() for address in forwarded if address)]
    if "Forwarded" in request.headers or not all(_is_loopback(address) for address in way):
        abort(404)


@bp.get("")
def outbox() -> str:
    return render_template("outbox.html", mails=clients().notifications.outbox())


@bp.get("/<mail_id>")
def mail(mail_id: str) -> str:
    """One mail; its HTML stands in a frame without scripts, forms or an origin."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", mail_id):
        abort(404)
    found = clients().notifications.mail(mail_id)
    allow_here(style_src="'unsafe-inline'")
    return render_template("outbox_mail.html", mail=found, links=_links(found.get("text") or ""))


def _links(text: str) -> list[str]:
    """The paths of this portal that a mail leads to, each once."""
    public = current_app.extensions["settings"].public_url.rstrip("/")
    found = re.findall(
        rf"(?:{re.escape(public)}|{re.escape(request.host_url.rstrip('/'))})(/[^\s<>\"]*)", text
    )
    return [path for path in dict.fromkeys(found) if local_path(path, "")]


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
