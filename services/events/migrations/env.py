"""Alembic's entry to the tree of events."""

from services.events.models import Base
from shared.database.migrations import run

run(Base.metadata)
