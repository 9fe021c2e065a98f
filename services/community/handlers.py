"""Community subscribes to nothing yet."""

from __future__ import annotations

from shared.messaging.handlers import Handlers

HANDLERS = Handlers()
