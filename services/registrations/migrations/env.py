"""Alembic's entry to the tree of registrations."""

from services.registrations.models import Base
from shared.database.migrations import run

run(Base.metadata)
