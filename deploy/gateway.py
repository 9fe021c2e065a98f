"""One address for all services where no proxy is installed: `/api/<service>` to each, everything else to the portal.

For `doithoai up` on one machine. A deployment has a real proxy (deploy/proxy).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import httpx2
from flask import Flask, request
from werkzeug.wrappers import Response

from deploy import border
from deploy.listening import Listener
from shared.http.problems import Away, NotFound

_HOP = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "content-encoding",
    "content-length",
}
_REPLACED = {"x-forwarded-for", "accept-encoding"}
# What a path may hold as it is (RFC 3986, section 3.3).
_PATH = "/:@!$&'()*+,;=-._~"


class Gateway:
    """A WSGI app that passes requests on."""

    def __init__(self, portal: str, services: Mapping[str, str]) -> None:
        self._portal, self._services = portal, services
        self._http = httpx2.Client(
            timeout=30.0, trust_env=False, limits=httpx2.Limits(max_connections=200)
        )
        # It has no routes: whatever is asked for is passed on before they are looked at.
        self._app: Flask = border.nothing()
        self._app.before_request(self._pass_on)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer

    def _pass_on(self) -> Response:
        if border.is_for_the_machine(request.environ):
            raise NotFound
        base, path = self._portal, request.path
        to_a_service = path == "/api" or path.startswith("/api/")
        if to_a_service:
            name, _, rest = path.removeprefix("/api/").partition("/")
            if name not in self._services:
                raise NotFound
            base, path = self._services[name], f"/{rest}"
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _HOP | _REPLACED]
        # The whole way: /outbox is shown only where all of it lies on this machine.
        way = [*request.headers.getlist("X-Forwarded-For"), request.remote_addr or ""]
        headers += [("X-Forwarded-For", ", ".join(way)), ("Accept-Encoding", "identity")]
        query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        url = httpx2.URL(base).copy_with(raw_path=(quote(path, safe=_PATH) + query).encode())
        try:
            answer = self._http.request(
                request.method, url, headers=headers, content=request.get_data()
            )
        except httpx2.TransportError:
            if to_a_service:
                raise Away from None
            text = "Xin thử lại sau ít giây. · Please try again in a few seconds.\n"
            return Response(text, 503, {"Retry-After": "5"}, mimetype="text/plain")
        passed = [(k, v) for k, v in answer.headers.multi_items() if k.lower() not in _HOP]
        return Response(answer.content, answer.status_code, passed)


def serve(gateway: Gateway, *, host: str, port: int) -> Listener:
    """Serve in a thread; what is returned is to be closed. OSError where the port is taken."""
    listener = Listener(gateway, host=host, port=port, threads=32)
    threading.Thread(target=listener.run, name="gateway", daemon=True).start()
    return listener
