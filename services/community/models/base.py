"""What all tables of community share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from shared.database.tables import mechanism_tables
from shared.database.types import UTCDateTime


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: UTCDateTime,
        date: sa.Date(),
        UUID: sa.Uuid(),
        dict[str, Any]: sa.JSON,
    }


TABLES = mechanism_tables(Base.metadata)
