"""Alembic's entry to the tree of community."""

from services.community.models import Base
from shared.database.migrations import run

run(Base.metadata)
