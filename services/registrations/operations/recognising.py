"""Recognising a row of a list: the same person as one who is registered, or as an earlier row of the list.

A phone or a mail address belongs to one person; without either, a name and an organisation tell who it is. Where a phone
or an address is another's, nothing is guessed: the row is flagged, and a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.text import Text, fold

_TWICE = Text(
    "Trùng với dòng {place}. Nếu là người khác, xin thêm số điện thoại, thư điện tử hoặc đơn vị để phân biệt.",
    "The same as row {place}. If it is somebody else, add a phone, an email address or an organisation that differs.",
)
_OTHER_ROW = Text(
    "Đã dùng cho {name} ở dòng {place}. Nếu là một người, xin ghi tên giống nhau; nếu là hai người, xin để trống ở một dòng.",
    "It is {name}'s in row {place}. For one person write the same name; for two, leave it empty in one row.",
)
_OTHER_PERSON = Text(
    "Đã dùng cho {name}, người có trong danh sách. Nếu là một người, xin ghi tên giống nhau; nếu là hai người, xin để trống.",
    "It is {name}'s, who is on the list. For one person write the same name; for two, leave it empty.",
)


@dataclass(slots=True)
class Somebody:
    """A registration, or an earlier row; `place` only of a row."""

    name: str
    folded: str
    phone: str | None
    email: str | None
    organisation: str
    place: int | None = None
    registration: Any = None


class Mistaken(Exception):
    """It cannot be said who a row is: the texts by field say why."""

    def __init__(self, conflicts: dict[str, Text]) -> None:
        super().__init__(*conflicts)
        self.conflicts = conflicts


class Known:
    """Everybody who is known so far, by what they are recognised by."""

    def __init__(self, registered: Iterable[Any]) -> None:
        self._by_phone: dict[str, list[Somebody]] = defaultdict(list)
        self._by_email: dict[str, list[Somebody]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[Somebody]] = defaultdict(list)
        for one in registered:
            self._add(
                Somebody(
                    name=one.name,
                    folded=one.name_folded,
                    phone=one.phone,
                    email=one.email,
                    organisation=fold(one.organisation_name or ""),
                    registration=one,
                )
            )

    def find(self, said: Mapping[str, str], place: int) -> Any | None:
        """The registration that a row is; None for somebody new, who is known from then on. Or Mistaken."""
        who = _somebody(said, place)
        reached = {
            "phone": self._by_phone.get(who.phone or "", []),
            "email": self._by_email.get(who.email or "", []),
        }
        theirs = [one for found in reached.values() for one in found]
        same = [one for one in theirs if one.folded == who.folded]
        if theirs and not same:
            raise Mistaken(
                {field: _of_another(found[0]) for field, found in reached.items() if found}
            )
        same = same or [
            one
            for one in self._by_name.get((who.folded, who.organisation), [])
            if not _differ(one.phone, who.phone) and not _differ(one.email, who.email)
        ]
        if not same:
            self._add(who)
            return None
        best = max(same, key=_is_in_play)
        if best.place is not None:
            raise Mistaken({"_": _filled(_TWICE, place=best.place)})
        # A second row for the same registration is one too many.
        best.place = place
        return best.registration

    def _add(self, one: Somebody) -> None:
        if one.phone:
            self._by_phone[one.phone].append(one)
        if one.email:
            self._by_email[one.email].append(one)
        self._by_name[one.folded, one.organisation].append(one)


def _somebody(said: Mapping[str, str], place: int) -> Somebody:
    return Somebody(
        name=said["name"],
        folded=fold(said["name"]),
        phone=said["phone"] or None,
        email=said["email"] or None,
        organisation=fold(said["organisation"]),
        place=place,
    )


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one and other and one != other)


def _is_in_play(one: Somebody) -> bool:
    return one.registration is None or one.registration.status not in ("cancelled", "declined")


def _of_another(one: Somebody) -> Text:
    if one.place is not None and one.registration is None:
        return _filled(_OTHER_ROW, name=one.name, place=one.place)
    return _filled(_OTHER_PERSON, name=one.name)


def _filled(text: Text, **values: object) -> Text:
    return Text(text.say("vi", **values), text.say("en", **values))
