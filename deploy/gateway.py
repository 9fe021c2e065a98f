"""One address for all services where no proxy is installed: `/api/<service>` to each, everything else to the portal.

For `doithoai up` on one machine. A deployment has a real proxy (deploy/proxy).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import httpx2
from waitress.server import create_server
from werkzeug.wrappers import Request, Response

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


class Gateway:
    """A WSGI app that passes requests on."""

    def __init__(self, portal: str, services: Mapping[str, str]) -> None:
        self._portal, self._services = portal, services
        self._http = httpx2.Client(
            timeout=30.0, trust_env=False, limits=httpx2.Limits(max_connections=200)
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        response = self._pass_on(request)
        return response(environ, start_response)

    def _pass_on(self, request: Request) -> Response:
        base, path = self._portal, request.path
        if path.startswith("/api/"):
            name, _, rest = path.removeprefix("/api/").partition("/")
            if name not in self._services or rest == "metrics":
                return Response(status=404)
            base, path = self._services[name], f"/{rest}"
        headers = [
            (k, v)
            for k, v in request.headers.items()
            if k.lower() not in _HOP | {"x-forwarded-for"}
        ]
        headers += [("X-Forwarded-For", request.remote_addr or ""), ("Accept-Encoding", "identity")]
        url = httpx2.URL(base).copy_with(
            raw_path=(
                path + ("?" + request.query_string.decode() if request.query_string else "")
            ).encode()
        )
        try:
            answer = self._http.request(
                request.method, url, headers=headers, content=request.get_data()
            )
        except httpx2.TransportError:
            return Response("503", 503, {"Retry-After": "2"})
        passed = [(k, v) for k, v in answer.headers.multi_items() if k.lower() not in _HOP]
        return Response(answer.content, answer.status_code, passed)


def serve(gateway: Gateway, *, host: str, port: int) -> Any:
    """Serve in a thread; the server, to be closed. OSError where the port is taken."""
    server = create_server(gateway, host=host, port=port, threads=32)
    threading.Thread(target=server.run, name="gateway", daemon=True).start()
    return server
