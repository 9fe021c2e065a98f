"""What every table of notifications has in common, and the mechanisms' tables beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from shared.database.tables import mechanism_tables
from shared.database.types import UTCDateTime


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: UTCDateTime,
        UUID: sa.Uuid(),
        dict[str, Any]: sa.JSON,
        list[Any]: sa.JSON,
    }


TABLES = mechanism_tables(Base.metadata)
