"""What every answer carries: a content security policy, no sniffing, no framing, and nothing private in shared caches."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g
from flask_wtf import CSRFProtect

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def csp_nonce() -> str:
    """The nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def keep_nowhere() -> None:
    """Let no browser keep this answer: it shows a ticket, or other people's names."""
    g.keep_nowhere = True


def keep_from_search_engines() -> None:
    """Let no search engine show this answer: its address is a secret."""
    g.unlisted = True


def allow_here(**sources: str) -> None:
    """Widen the policy for this answer: `allow_here(style_src="'unsafe-inline'")`."""
    g.csp = {name.replace("_", "-"): more for name, more in sources.items()}


def local_path(target: str | None, otherwise: str = "/") -> str:
    """`target` if it is a path of this portal, else `otherwise`: no redirect leads elsewhere."""
    if not target or not target.startswith("/") or not target.isprintable():
        return otherwise
    if target.startswith("//") or "\\" in target:
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def is_webpage(address: str | None) -> bool:
    """Whether a browser opens an address as a page: http or https, never a script or a file."""
    return (address or "").lower().startswith(("https://", "http://"))


def secure(app: Flask) -> CSRFProtect:
    """Guard every POST with a token of the session, and every answer with headers."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.jinja_env.tests["webpage"] = is_webpage

    @app.after_request
    def _headers(response: Response) -> Response:
        more = g.get("csp", {})
        policy = {
            name: f"{_POLICY.get(name, '')} {more.get(name, '')}".strip() for name in _POLICY | more
        }
        if "csp_nonce" in g:
            policy["script-src"] = f"'nonce-{g.csp_nonce}' {policy['script-src']}"
        written = "; ".join(f"{name} {sources}" for name, sources in policy.items())
        camera = "self" if g.get("camera") else ""
        response.headers.setdefault("Content-Security-Policy", written)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", f"camera=({camera}), geolocation=(), microphone=()"
        )
        if g.get("unlisted"):
            response.headers["X-Robots-Tag"] = "noindex"
        # By the address that people use: TLS ends before the portal, which is asked over HTTP itself.
        if app.extensions["settings"].secure_cookies:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault(
            "Cache-Control", "no-store" if g.get("keep_nowhere") else "private, no-cache"
        )
        return response

    return CSRFProtect(app)
