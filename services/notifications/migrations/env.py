"""Alembic's entry to the tree of notifications."""

from services.notifications.models import Base
from shared.database.migrations import run

run(Base.metadata)
