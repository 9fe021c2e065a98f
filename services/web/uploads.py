"""Which pages take files, and how large these may be; every other form stays small."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request

from services.web.rights import edits_any

P = ParamSpec("P")
R = TypeVar("R")

LARGEST_FORM = 1024 * 1024
LARGEST_FILE = 10 * 1024 * 1024


def takes_file(view: Callable[P, R]) -> Callable[P, R]:
    """A page whose form carries a file, of people who plan events. What is large waits on disk, not in memory."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def file_expected() -> bool:
    """Whether the page that was asked for takes a file."""
    return hasattr(current_app.view_functions.get(request.endpoint or ""), "takes_file")


def bound_forms(app: Flask) -> None:
    """Bound what is read of a form. To be called before anything reads one, as the check of its token does."""
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_FORM, MAX_FORM_MEMORY_SIZE=LARGEST_FORM)

    @app.before_request
    def _larger() -> None:
        if request.method == "POST" and file_expected() and edits_any():
            request.max_content_length = LARGEST_FILE + LARGEST_FORM
