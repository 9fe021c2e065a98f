"""The columns of a list, in the reader's language, with times on the clock of the event's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.registrations.exporting.answers import Question, cells_of
from services.registrations.models import Status
from shared.text import Text

HEADINGS: Final = (
    Text("Họ và tên", "Name"),
    Text("Đơn vị", "Organisation"),
    Text("Điện thoại", "Phone"),
    Text("Email", "Email"),
    Text("Tình trạng", "Status"),
    Text("Thứ tự chờ", "Waitlist position"),
    Text("Đăng ký lúc", "Registered at"),
    Text("Vào lúc", "Admitted at"),
    Text("Ghi chú", "Note"),
)
STATUSES: Final = {
    Status.PENDING: Text("Chờ duyệt", "Awaits approval"),
    Status.CONFIRMED: Text("Có chỗ", "Confirmed"),
    Status.WAITLISTED: Text("Danh sách chờ", "On the waitlist"),
    Status.HELD: Text("Đang giữ chỗ", "Seat held"),
    Status.DECLINED: Text("Không được duyệt", "Declined"),
    Status.CANCELLED: Text("Đã hủy", "Cancelled"),
}
# A row of the database: name, organisation, phone, email, status, position in the waitlist, registered at,
# admitted at, note; where there are questions, also what was answered.
Record = Any
Cells = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """How records become rows of cells: texts, whole numbers, times without a zone, and None."""

    language: str
    timezone: str
    questions: Sequence[Question] = ()

    def headings(self) -> list[str]:
        asked = (one for question in self.questions for one in question.headings(self.language))
        return [*(heading.say(self.language) for heading in HEADINGS), *asked]

    def words(self) -> dict[Status, str]:
        return {status: text.say(self.language) for status, text in STATUSES.items()}

    def rows(self, records: Iterable[Record]) -> Iterator[Cells]:
        words = self.words()
        zone = ZoneInfo(self.timezone)

        def local(moment: datetime) -> datetime:
            return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)

        for record in records:
            name, organisation, phone, email, status, place, registered, admitted, note = record[:9]
            fixed = (
                name,
                organisation,
                phone,
                email,
                words[status],
                place,
                local(registered),
                local(admitted) if admitted is not None else None,
                note,
            )
            if self.questions:
                yield (*fixed, *cells_of(self.questions, record[9], self.language))
            else:
                yield fixed
