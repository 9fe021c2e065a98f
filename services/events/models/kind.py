"""What sorts of events there are: rows, so that a city adds its own without a new release."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base
from shared.text import Text

NO_SUCH_KIND = Text(
    "Không có loại sự kiện này; xin chọn trong danh sách.",
    "There is no such kind of event; please choose one of the list.",
)


class Kind(Base):
    """A sort of event. Rules (notice periods, what is published afterwards) hang on it later."""

    __tablename__ = "kinds"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[dict[str, Any]]
    position: Mapped[int] = mapped_column(doc="Its place in lists")
