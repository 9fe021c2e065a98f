"""What the addresses of the platform do where no proxy stands: as in deploy/proxy/nginx.conf, for one process and for `up`."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from flask import Flask

from shared.http.problems import answer_with_problems


def nothing() -> Flask:
    """Answers for addresses under /api that are nobody's: 404, as a problem in the caller's language."""
    app = Flask("nothing", static_folder=None)
    answer_with_problems(app)
    return app


def is_for_the_machine(environ: Mapping[str, Any]) -> bool:
    """Whether a request asks for figures: /metrics, or those of a service."""
    match [part for part in str(environ.get("PATH_INFO", "")).split("/") if part]:
        case ["metrics"] | ["api", _, "metrics"]:
            return True
        case _:
            return False


def is_from_the_machine(environ: Mapping[str, Any]) -> bool:
    """Whether the whole way of a request, proxies included, lies on this machine."""
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    way = [str(environ.get("REMOTE_ADDR", "")), *(one.strip() for one in forwarded if one)]
    return "HTTP_FORWARDED" not in environ and all(_is_loopback(address) for address in way)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
