"""Who had a place and who came, counted by quota and by organisation after the event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.registrations.models.quota import Quota
from services.registrations.models.small_groups import LEAST, hidden, told


@dataclass(frozen=True, slots=True)
class Cell:
    """People with a place, by the quota against which it counted and the organisation for which they came."""

    quota_id: UUID | None
    organisation_id: UUID | None
    places: int
    attended: int


@dataclass(frozen=True, slots=True)
class Group:
    """A row: how many had a place and how many of them came; both None where that is not told."""

    key: UUID | None
    places: int | None
    attended: int | None

    @property
    def no_shows(self) -> int | None:
        """How many had a place and did not come."""
        if self.places is None or self.attended is None:
            return None
        return self.places - self.attended

    @property
    def too_small(self) -> bool:
        return self.places is None


@dataclass(frozen=True, slots=True)
class Attendance:
    """The whole and its two breakdowns; None for one of which nothing can be told."""

    whole: Group
    by_quota: list[Group] | None
    by_organisation: list[Group] | None


def attendance(cells: Iterable[Cell], quotas: Iterable[Quota]) -> Attendance:
    """What may be told of all who had a place."""
    cells, quotas = list(cells), list(quotas)
    whole = _whole(cells)
    if not told(sum(cell.places for cell in cells)):
        return Attendance(whole, None, None)
    kept = {quota.id for quota in quotas}
    # Whoever had a seat of a quota that is gone had one of everybody's.
    by_quota = _sums((cell.quota_id if cell.quota_id in kept else None, cell) for cell in cells)
    for quota in quotas:
        by_quota.setdefault(quota.id, (0, 0))
    by_organisation = _sums((cell.organisation_id, cell) for cell in cells)
    quota_rows = _rows(by_quota)
    return Attendance(
        whole,
        quota_rows,
        _rows(by_organisation, also=_given_away(by_organisation, quota_rows or [], quotas)),
    )


def attendance_of_members(cells: Iterable[Cell], organisation_id: UUID) -> Group:
    """What an organisation may be told of those who came for it; not where the rest of the whole would be too few."""
    cells = list(cells)
    own = [cell for cell in cells if cell.organisation_id == organisation_id]
    others = sum(cell.places for cell in cells if cell.organisation_id != organisation_id)
    if not told(others):
        return Group(organisation_id, None, None)
    return _whole(own, key=organisation_id)


Counts = dict[UUID | None, tuple[int, int]]


def _whole(cells: Iterable[Cell], key: UUID | None = None) -> Group:
    cells = list(cells)
    places, attended = sum(one.places for one in cells), sum(one.attended for one in cells)
    return Group(key, places, attended) if told(places) else Group(key, None, None)


def _sums(keyed: Iterable[tuple[UUID | None, Cell]]) -> Counts:
    found: Counts = {}
    for key, cell in keyed:
        places, attended = found.get(key, (0, 0))
        found[key] = (places + cell.places, attended + cell.attended)
    return found


def _rows(
    counts: Mapping[UUID | None, tuple[int, int]], also: Iterable[UUID] = ()
) -> list[Group] | None:
    keys = sorted(counts, key=lambda key: (key is None, -counts[key][0], str(key)))
    away = hidden(
        [counts[key][0] for key in keys], also=[keys.index(key) for key in also if key in counts]
    )
    if away is None:
        return None
    return [
        Group(key, None, None) if index in away else Group(key, *counts[key])
        for index, key in enumerate(keys)
    ]


def _given_away(counts: Counts, shown: Iterable[Group], quotas: Iterable[Quota]) -> set[UUID]:
    """Organisations of which too few had a place outside of their quotas: the two tables together would tell of these."""
    for_whom = {quota.id: quota.organisation_id for quota in quotas}
    kept: dict[UUID, int] = {}
    for row in shown:
        organisation = for_whom.get(row.key) if row.key else None
        if organisation is not None and row.places is not None:
            kept[organisation] = kept.get(organisation, 0) + row.places
    return {
        id_ for id_, places in kept.items() if id_ in counts and 0 < counts[id_][0] - places < LEAST
    }
