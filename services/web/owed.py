"""What is owed in a year, as pages say it: how far each item is, what to do next, and the draft that begins it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import request

from services.web import dates
from services.web.clients import Json, clients, if_there
from services.web.texts import gettext as _
from services.web.texts import ngettext

# What does not stand well, the worst first.
PRESSING = ("late", "missing")


@dataclass(frozen=True, slots=True)
class Owed:
    """An item of a programme; `number` is what the strip and the table call it."""

    number: int
    programme: Json
    item: Json

    @property
    def state(self) -> str:
        return str(self.item["state"])

    @property
    def lacking(self) -> int:
        """How many events are not even drafted."""
        there = sum(int(self.item[name]) for name in ("done", "published", "drafted"))
        return max(0, int(self.item["how_many"]) - there)

    @property
    def drafts(self) -> list[Json]:
        """What would pay it if it were published."""
        return [one for one in self.item["events"] if one["status"] == "draft"]

    @property
    def begin(self) -> str:
        """Where a draft for it begins."""
        organisation = self.programme["organisation"]["id"]
        return f"/to-chuc/su-kien/moi?don-vi={organisation}&chuong-trinh={self.programme['id']}&muc={self.item['id']}"

    def why(self, today: date) -> str:
        """What is wrong with it, and until when it can be put right."""
        until, publish_until = self.item["due_until"], self.item["publish_until"]
        if self.state == "late" and today.isoformat() > until:
            return _("Đã quá hạn %(day)s. Sự kiện tổ chức muộn vẫn được tính.") % {
                "day": dates.written_day(until)
            }
        if self.state == "late":
            said = _(
                "Đã qua ngày cuối để công bố kịp (%(day)s); xin công bố càng sớm càng tốt, hạn là %(until)s."
            )
            return said % {
                "day": dates.written_day(publish_until),
                "until": dates.written_day(until),
            }
        said = ngettext(
            "Còn thiếu %(num)d sự kiện; xin công bố chậm nhất ngày %(day)s.",
            "Còn thiếu %(num)d sự kiện; xin công bố chậm nhất ngày %(day)s.",
            self.lacking,
        )
        return said % {"num": self.lacking, "day": dates.written_day(publish_until)}


def numbered(programmes: Iterable[Json]) -> list[Owed]:
    """Every item of the programmes, in their order."""
    pairs = [(programme, item) for programme in programmes for item in programme["items"]]
    return [Owed(number, *pair) for number, pair in enumerate(pairs, 1)]


def pressing(owed: Iterable[Owed]) -> list[Owed]:
    """What is late or missing, late first, then by its last day."""
    found = [one for one in owed if one.state in PRESSING]
    return sorted(found, key=lambda one: (PRESSING.index(one.state), one.item["due_until"]))


def begun(own: Iterable[Json]) -> dict[str, str]:
    """What the draft of an owed item begins with, as fields of its form, if the address names one of `own`'s."""
    asked, wanted = request.args.get("chuong-trinh", ""), request.args.get("muc", "")
    if not _is_id(asked):
        return {}
    programme = if_there(lambda: clients().events.programme(asked))
    if not programme or programme["organisation"]["id"] not in {one["id"] for one in own}:
        return {}
    item = next((one for one in programme["items"] if one["id"] == wanted), None)
    if item is None:
        return {}
    return {
        "organisation_id": programme["organisation"]["id"],
        "kind": item["kind"],
        "title.vi": item["title"]["vi"],
        "title.en": item["title"].get("en") or "",
        "owed_event_id": f"{programme['id']}/{item['id']}",
    }


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
