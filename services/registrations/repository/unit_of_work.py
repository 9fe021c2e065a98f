"""The queries of registrations, and the unit of work that carries them."""

from __future__ import annotations

from typing import Self

from services.registrations.repository.door import DoorLists, Scans
from services.registrations.repository.forms import AnswerSheets, Forms
from services.registrations.repository.lists import Imports, Lists
from services.registrations.repository.nominations import Nominations
from services.registrations.repository.offers import Offers
from services.registrations.repository.registrations import Registrations
from services.registrations.repository.seat_log import SeatLog
from services.registrations.repository.surveys import Surveys
from shared.database.unit_of_work import UnitOfWork as BaseUnitOfWork


class UnitOfWork(BaseUnitOfWork):
    """One transaction of registrations."""

    offers: Offers
    registrations: Registrations
    seat_log: SeatLog
    forms: Forms
    answer_sheets: AnswerSheets
    scans: Scans
    door_lists: DoorLists
    nominations: Nominations
    lists: Lists
    imports: Imports
    surveys: Surveys

    def __enter__(self) -> Self:
        super().__enter__()
        self.offers = Offers(self.session)
        self.registrations = Registrations(self.session)
        self.seat_log = SeatLog(self.session)
        self.forms = Forms(self.session)
        self.answer_sheets = AnswerSheets(self.session)
        self.scans = Scans(self.session)
        self.door_lists = DoorLists(self.session)
        self.nominations = Nominations(self.session)
        self.lists = Lists(self.session)
        self.imports = Imports(self.session)
        self.surveys = Surveys(self.session)
        return self

    def commit(self) -> None:
        self.seat_log.write()
        super().commit()
