"""Why a command cannot go on."""

from __future__ import annotations


class Unable(Exception):
    """A command cannot go on; the text says in one line why, and what to do."""
