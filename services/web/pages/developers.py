"""The APIs of the services, as their OpenAPI documents describe them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from services.web.security import allow_here

bp = Blueprint("developers", __name__)

APIS = ("community", "events", "registrations", "notifications")


@bp.get("/lap-trinh")
def apis() -> str:
    """One API at a time, to read and to try; without scripts, links to the documents."""
    chosen = request.args.get("api", "")
    # Swagger UI puts styles on its elements and small pictures into its stylesheet.
    allow_here(style_src="'unsafe-inline'")
    return render_template(
        "developers.html", apis=APIS, chosen=chosen if chosen in APIS else "events"
    )
