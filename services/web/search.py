"""What somebody looks for in the calendar: every search has its own address, and says what narrows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from services.web import dates
from services.web.clients import Json
from services.web.forms import Form
from services.web.texts import gettext as _
from services.web.texts import said
from services.web.words import language_name

# As the API and the feed name them.
_LONGEST = {"q": 200, "kind": 64, "organisation_id": 36, "area_id": 36, "language": 64}
_IDS, _DAYS = ("organisation_id", "area_id"), ("from", "to")
# What a feed can be narrowed to.
_IN_FEEDS = ("kind", "organisation_id", "area_id")


@dataclass(frozen=True, slots=True)
class Option:
    """Something to narrow to, and how many there are of it as the search stands; None where that was not counted."""

    value: str
    name: str
    count: int | None

    @property
    def pair(self) -> tuple[str, str]:
        """As a list to choose from has it."""
        return self.value, self.name if self.count is None else f"{self.name} ({self.count})"


Options = list[Option]


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that narrows the search, and the address without it."""

    words: str
    without: str


class Search:
    """The questions of an address, read strictly: what is none of ours or makes no sense is left out."""

    def __init__(self, asked: Mapping[str, str], *, month: str = "") -> None:
        """`month` ("2026-03") stands in place of the days, for the view of a month."""
        self.month = month
        kept = {
            name: "".join(c for c in asked.get(name, "") if c.isprintable()).strip()[:longest]
            for name, longest in _LONGEST.items()
        }
        kept |= {name: kept[name] if _is_id(kept[name]) else "" for name in _IDS}
        kept["open"] = "1" if asked.get("open") else ""
        if not month:
            kept |= {name: asked.get(name, "").strip()[:10] for name in _DAYS}
        self.form = Form({name: value for name, value in kept.items() if value})
        self._first, self._last = (self._day(name) for name in _DAYS)
        if self._first and self._last and self._last < self._first:
            self.form.errors["to"] = _("Ngày cuối phải từ ngày đầu trở đi.")
            self._last = None

    def __bool__(self) -> bool:
        return bool(self.form.typed)

    @property
    def narrows(self) -> bool:
        """Whether something besides the words is asked for."""
        return bool(self.form.typed.keys() - {"q"})

    def query(self) -> dict[str, str | int | None]:
        """As the API takes it."""
        asked: dict[str, str | int | None] = {
            name: self.form[name] or None for name in (*_LONGEST, "open")
        }
        if self._first:
            asked["after"] = dates.day_begins(self._first)
        if self._last:
            asked["to"] = dates.day_begins(self._last + timedelta(days=1))
        return asked

    def address(self, *, without: str = "", **more: str) -> str:
        """The page of this search, with something taken out or put in its place."""
        kept = {name: value for name, value in self.form.typed.items() if name != without}
        kept |= {"thang": self.month} | more
        kept = {name: value for name, value in kept.items() if value}
        return f"/?{urlencode(kept)}" if kept else "/"

    def bare(self) -> str:
        """The same view, with nothing to narrow it."""
        return f"/?thang={self.month}" if self.month else "/"

    def in_month(self, month: str) -> str:
        """A month's view of the search, whose days are the month's."""
        kept = {name: value for name, value in self.form.typed.items() if name not in _DAYS}
        return f"/?{urlencode(kept | {'thang': month})}"

    def on(self, day: date) -> str:
        """The list of one day."""
        return self.address(thang="", **dict.fromkeys(_DAYS, day.isoformat()))

    def feed(self) -> str:
        """The calendar to subscribe to; it knows fewer questions."""
        kept = {name: self.form[name] for name in _IN_FEEDS if self.form[name]}
        return f"/lich.ics?{urlencode(kept)}" if kept else "/lich.ics"

    @property
    def in_feed(self) -> bool:
        """Whether the feed is narrowed, too."""
        return not self.form.typed.keys().isdisjoint(_IN_FEEDS)

    @property
    def beyond_feed(self) -> bool:
        """Whether something is asked that a feed cannot be narrowed to."""
        return bool(self.form.typed.keys() - set(_IN_FEEDS))

    def chips(self, options: Mapping[str, Options]) -> list[Chip]:
        """What narrows the search, each with the address without it."""
        asked = self.form
        sorts = {
            "kind": _("Loại"),
            "organisation_id": _("Đơn vị"),
            "area_id": _("Khu vực"),
            "language": _("Ngôn ngữ"),
        }
        shown = [("q", f"“{asked['q']}”")] if asked["q"] else []
        for name, sort in sorts.items():
            chosen = [one.name for one in options[name] if one.value == asked[name]]
            shown += [(name, f"{sort}: {one}") for one in chosen]
        if asked["open"]:
            shown.append(("open", _("Còn chỗ")))
        if self._first:
            shown.append(("from", _("Từ %(day)s") % {"day": dates.written_day(asked["from"])}))
        if self._last:
            shown.append(("to", _("Đến %(day)s") % {"day": dates.written_day(asked["to"])}))
        return [Chip(words, self.address(without=name)) for name, words in shown]

    def options(self, facets: Json, kinds: list[Json], areas: list[Json]) -> dict[str, Options]:
        """What can be chosen of each sort, with how many there are; of kinds also the others, to change over."""
        counts = {one["key"]: one["count"] for one in facets.get("kinds", ())}
        every = not facets or self.form["kind"]
        placed = {one["id"]: one["name"] for one in areas}
        found = {
            "kind": [
                Option(one["key"], said(one["name"]), counts.get(one["key"]))
                for one in kinds
                if every or one["key"] in counts
            ],
            "organisation_id": [
                Option(one["id"], one["short_name"] or one["name"], one["count"])
                for one in facets.get("organisations", ())
                if one["name"]
            ],
            "area_id": [
                Option(one["id"], placed[one["id"]], one["count"])
                for one in facets.get("areas", ())
                if one["id"] in placed
            ],
            "language": [
                Option(one["key"], language_name(one["key"]), one["count"])
                for one in facets.get("languages", ())
            ],
        }
        for name, options in found.items():
            chosen = self.form[name]
            if chosen and chosen not in {one.value for one in options}:
                # It stays chosen, though nothing is found of it.
                options.append(Option(chosen, _unnamed(name, chosen), 0))
        return found

    def _day(self, name: str) -> date | None:
        """A day of the form; what is none is said there."""
        text = self.form[name]
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
            dates.day_begins(day + timedelta(days=1))
        except (ValueError, OverflowError):
            self.form.errors[name] = _("Xin nhập ngày, ví dụ 2026-03-26.")
            return None
        return day


def _unnamed(name: str, value: str) -> str:
    other = {
        "kind": _("loại khác"),
        "organisation_id": _("đơn vị đã chọn"),
        "area_id": _("khu vực đã chọn"),
    }
    return other.get(name) or language_name(value)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
