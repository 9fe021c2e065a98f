"""What one address of a partner was told, with every try: testing it, looking at an answer, sending again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web import dates
from services.web.channel_words import disabled_why, kind_name, seconds, what_came
from services.web.clients import Json, Refused, clients
from services.web.forms import Form
from services.web.session import needs_person, now

bp = Blueprint("hook_deliveries", __name__, url_prefix="/doi-tac/kenh")

# An answer is there within so long, or will not be for a while; until then the page looks again by itself.
SOON, LOOK_AGAIN = timedelta(seconds=30), "2"


@bp.get("/<uuid:endpoint_id>")
@needs_person
def channel(endpoint_id: UUID) -> str:
    endpoint = clients().channels.endpoint(str(endpoint_id))
    found = clients().channels.deliveries(str(endpoint_id), cursor=request.args.get("cursor"))
    return render_template(
        "partner/channel.html",
        endpoint=endpoint,
        found=found,
        form=Form(),
        disabled_why=disabled_why,
        kind_name=kind_name,
        what_came=what_came,
        both_sign=_lies_ahead(endpoint["old_secret_until"]),
    )


@bp.post("/<uuid:endpoint_id>/thu")
@needs_person
def test(endpoint_id: UUID) -> Response:
    """Send a test and show what comes of it."""
    sent = clients().channels.test(str(endpoint_id), key=Form(request.form).nonce)
    return redirect(_path(sent), 303)


@bp.get("/<uuid:endpoint_id>/tin/<uuid:delivery_id>")
@needs_person
def delivery(endpoint_id: UUID, delivery_id: UUID) -> tuple[str, int, dict[str, str]]:
    """One webhook with every try. While an answer may come any moment, the page looks again by itself."""
    sent = clients().channels.delivery(str(delivery_id))
    coming = sent["status"] in ("created", "sending") and now() < dates.local(_begun(sent)) + SOON
    page = render_template(
        "partner/delivery.html",
        sent=sent,
        endpoint=clients().channels.endpoint(sent["endpoint_id"]),
        coming=coming,
        form=Form(),
        kind_name=kind_name,
        what_came=what_came,
        seconds=seconds,
    )
    return page, 200, {"Refresh": LOOK_AGAIN} if coming else {}


@bp.post("/<uuid:endpoint_id>/tin/<uuid:delivery_id>/gui-lai")
@needs_person
def replay(endpoint_id: UUID, delivery_id: UUID) -> Response:
    """Send it again; what is on its way stays so."""
    try:
        clients().channels.replay(str(delivery_id), key=Form(request.form).nonce)
    except Refused as refused:
        if refused.type != "endpoint-disabled":
            raise
        flash(refused.detail, "note")
    return redirect(f"/doi-tac/kenh/{endpoint_id}/tin/{delivery_id}", 303)


def _path(sent: Json) -> str:
    return f"/doi-tac/kenh/{sent['endpoint_id']}/tin/{sent['id']}"


def _begun(sent: Json) -> str:
    """When the try that is going on was asked for."""
    return str(sent["next_attempt_at"] or sent["created_at"])


def _lies_ahead(moment: str | None) -> bool:
    return moment is not None and dates.local(moment) > now()
