"""What all tables of registrations are made from."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from shared.database.tables import mechanism_tables
from shared.database.types import UTCDateTime


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UTCDateTime, UUID: sa.Uuid(), dict[str, Any]: sa.JSON}  # noqa: RUF012


TABLES = mechanism_tables(Base.metadata)
