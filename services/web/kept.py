"""Pages that are the same for every visitor, kept for a moment: a rush for one page builds it once, not a thousand times."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import request
from werkzeug.http import parse_etags
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from shared.clock import Clock

    Key = tuple[str, ...]

# Together they are never more than 64 MiB, whatever is asked for.
MOST_PAGES = 128
LARGEST_PAGE = 512 * 1024
# One that ended so long ago is still given while somebody builds the next.
_MEANWHILE = timedelta(seconds=5)
_NAMED = ("PATH_INFO", "QUERY_STRING", "HTTP_HOST", "wsgi.url_scheme", "HTTP_ACCEPT_LANGUAGE")
_MARK = "doithoai.the-same-for-every-visitor"


def the_same_for_every_visitor() -> None:
    """Let this answer be given to other visitors, too, for as long as pages are kept.

    A visitor is who sends no cookie: nobody is signed in, nothing was chosen. What sets a cookie or uses a nonce is
    not kept in spite of this.
    """
    request.environ.get(_MARK, {})["may"] = True


@dataclass(slots=True)
class _Page:
    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    until: datetime


class KeptPages:
    """WSGI around the portal. What is kept is so old at most; with 0 nothing is kept."""

    def __init__(self, app: WSGIApplication, *, clock: Clock, milliseconds: int) -> None:
        self._app, self._clock, self._fresh = app, clock, timedelta(milliseconds=milliseconds)
        self._pages: OrderedDict[Key, _Page] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start = start_response
        is_visitor = "HTTP_COOKIE" not in environ and "HTTP_AUTHORIZATION" not in environ
        if not self._fresh or not is_visitor or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start)
        key = tuple(str(environ.get(name, "")) for name in _NAMED)
        page = self._find(key)
        if page is None and environ["REQUEST_METHOD"] == "GET":
            return self._build(key, environ, start)
        return self._app(environ, start) if page is None else _give(page, environ, start)

    def _find(self, key: Key) -> _Page | None:
        now = self._clock.now()
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            if now < page.until:
                return page
            if now < page.until + _MEANWHILE:
                page.until = now + self._fresh  # the others need not build it, too
            return None

    def _build(self, key: Key, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # As old as the moment in which it was asked for, however long it takes.
        until = self._clock.now() + self._fresh
        marks: dict[str, bool] = {}
        parts, status, headers = run_wsgi_app(self._app, environ | {_MARK: marks}, buffered=True)
        body = b"".join(parts)
        page = _Page(list(headers), body, headers.get("ETag", ""), until)
        if "may" in marks and status.startswith("200") and _may_be_kept(page):
            if not page.etag:
                page.etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
                page.headers.append(("ETag", page.etag))
            self._keep(key, page)
            return _give(page, environ, start)
        start(status, page.headers)
        return [body]

    def _keep(self, key: Key, page: _Page) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            if len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


def _may_be_kept(page: _Page) -> bool:
    named = dict(page.headers)
    nonce = "'nonce-" in named.get("Content-Security-Policy", "")
    return "Set-Cookie" not in named and not nonce and len(page.body) <= LARGEST_PAGE


def _give(page: _Page, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known and parse_etags(known).contains_raw(page.etag):
        start("304 Not Modified", [one for one in page.headers if one[0] != "Content-Length"])
        return []
    start("200 OK", list(page.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.body]
