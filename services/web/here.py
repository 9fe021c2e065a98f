"""Where the reader is: the page to come back to after choosing a language or signing in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException


def here(otherwise: str = "/") -> str:
    """The address of the page that is read, with its query; of a form that was sent, that of the page it stands on.

    Always a path of this portal that can be opened; `otherwise` where nothing says which page that was.
    """
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    before = urlsplit(request.referrer or "")
    if before.netloc == request.host and _opens(before.path):
        return before._replace(scheme="", netloc="", fragment="").geturl()
    return request.path if _opens(request.path) else otherwise


def _opens(path: str) -> bool:
    """Whether there is a page at `path`, and not only a form's address."""
    try:
        current_app.url_map.bind(request.host).match(path, method="GET")
    except HTTPException:
        return False
    return True
