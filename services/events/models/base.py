"""What every table of events has in common, and the mechanisms' tables beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from shared.database.tables import mechanism_tables
from shared.database.types import UTCDateTime


class Base(DeclarativeBase):
    # What is missing in JSON is NULL in the table, not the text "null".
    type_annotation_map = {  # noqa: RUF012
        datetime: UTCDateTime,
        UUID: sa.Uuid(),
        dict[str, Any]: sa.JSON(none_as_null=True),
        list[Any]: sa.JSON(none_as_null=True),
    }


TABLES = mechanism_tables(Base.metadata)
