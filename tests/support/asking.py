"""A look at an address over HTTP that costs next to nothing: for what is looked at again and again."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit


def ask(url: str, *, timeout: float = 2.0) -> tuple[int, str]:
    """Status and text of what is there; 0 where nothing answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
