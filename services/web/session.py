"""The browser's session: a signed cookie that holds a revocable secret, a short-lived token and the language."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app, g, request, session

from services.web.clients import Headers, Json, Refused, clients
from shared.clock import Clock
from shared.text import LANGUAGES

P = ParamSpec("P")
R = TypeVar("R")

STAFF = ("organiser", "leader", "officer")

_MARGIN = timedelta(seconds=30)


class SignedOut(Exception):
    """The page needs a person, and nobody is signed in (any more)."""


def now() -> datetime:
    """The time of the app's clock, aware, in UTC."""
    clock: Clock = current_app.extensions["clock"]
    return clock.now()


def language() -> str:
    """What the person chose, else what the browser prefers of the two, else Vietnamese."""
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    # Asked for a thousand times by one page.
    if "preferred_language" not in g:
        g.preferred_language = request.accept_languages.best_match(LANGUAGES, default="vi")
    return str(g.preferred_language)


def signed_in() -> bool:
    return "secret" in session


def needs_person(view: Callable[P, R]) -> Callable[P, R]:
    """A page for signed-in people; others are asked to sign in and come back."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not signed_in():
            raise SignedOut
        return view(*args, **kwargs)

    checked.needs_person = True  # type: ignore[attr-defined]
    return checked


def browser_nonce() -> str:
    """The secret that ties sign-ins to this browser; made when it is first asked for."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(24)
    return str(session["browser"])


def browser_digest() -> str:
    """What community is told of the nonce before the sign-in is completed."""
    return hashlib.sha256(browser_nonce().encode()).hexdigest()


def begin(answer: Json) -> None:
    """Sign in with community's answer to a completed sign-in; nothing of the earlier session stays but what was typed."""
    kept = {name: session[name] for name in ("draft",) if name in session}
    chosen = answer["person"].get("language") or language()
    session.clear()
    session.permanent = True
    session.update(
        kept, secret=answer["session"], language=chosen, name=answer["person"].get("name") or ""
    )
    _keep_token(answer)


def end() -> None:
    """Forget the person on this browser; the language stays."""
    chosen = language()
    session.clear()
    session["language"] = chosen


def anyone(*, renewed: bool = False) -> Headers:
    """The headers of a call that is made for nobody in particular."""
    return {"Accept-Language": language()}


def person(*, renewed: bool = False) -> Headers:
    """The headers of a call made for the person here (if any), with a token that is renewed when it ends soon."""
    if not signed_in():
        return anyone()
    ends = datetime.fromisoformat(session["token_ends"])
    if renewed or now() > ends - _MARGIN:
        try:
            _keep_token(clients().sign_ins.new_access_token(session["secret"]))
        except Refused as refused:
            if refused.status != 401:
                raise
            end()
            raise SignedOut from refused
    return anyone() | {"Authorization": f"Bearer {session['token']}"}


def claims() -> dict[str, Any]:
    """What the token says of the person, to decide which links to show; the services decide what they may."""
    try:
        payload = session["token"].split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (KeyError, IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def organises() -> bool:
    """Whether the person sees the pages of an organisation's events."""
    held = claims()
    return bool(held.get("admin")) or any(role in STAFF for _, role in held.get("roles", []))


def _keep_token(answer: Json) -> None:
    session["token"], session["token_ends"] = answer["access_token"], answer["expires_at"]
    session["name"] = answer["person"].get("name") or session.get("name", "")
