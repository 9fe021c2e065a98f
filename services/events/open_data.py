"""Events as open data: what everybody may use again, with stable ids and names, without anything about people.

Who speaks, who hosts, whom to ask and what is written at length stay out: there, names and numbers of people may stand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from services.events.models import Event
from shared.database.types import jsonable
from shared.text import Text

CSV_TYPE = "text/csv; charset=utf-8; header=present"
JSON_LD_TYPE = "application/ld+json"
API = "/api/events/v1"
COLUMNS = (
    "id",
    "url",
    "status",
    "kind",
    "kind_vi",
    "kind_en",
    "title_vi",
    "title_en",
    "summary_vi",
    "summary_en",
    "organisation_id",
    "organisation",
    "starts_at",
    "ends_at",
    "timezone",
    "attendance_mode",
    "venue",
    "room",
    "address",
    "area_id",
    "latitude",
    "longitude",
    "languages",
    "capacity",
    "registration_opens_at",
    "registration_closes_at",
    "illustrative",
    "published_at",
    "updated_at",
)
# A program of tables takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_TITLE = Text("Lịch sự kiện Đối Thoại", "Events of Đối Thoại")
_ABOUT = Text(
    "Các buổi gặp gỡ, đối thoại đã công bố: khi nào, ở đâu, ai tổ chức.",
    "Published meetings and dialogues: when, where and held by whom.",
)
_CATALOGUE = Text("Dữ liệu mở của Đối Thoại", "Open data of Đối Thoại")
# Names of languages as DCAT 2, section 6.4.6, asks for them.
_LANGUAGES = "http://id.loc.gov/vocabulary/iso639-1"


def record(event: Event, *, portal: str) -> dict[str, Any]:
    """An event as one flat record: the names of COLUMNS, values as JSON has them."""
    venue, organisation = event.venue or {}, event.organisation
    point = venue.get("location") or {}
    said: dict[str, Any] = {
        "id": event.id,
        "url": f"{portal}/su-kien/{event.id}",
        "status": event.status.value,
        "kind": event.kind_key,
        "organisation_id": event.organisation_id,
        "organisation": organisation.name if organisation is not None else None,
        "attendance_mode": event.attendance_mode.value,
        "venue": venue.get("name"),
        "room": venue.get("room"),
        "address": venue.get("address"),
        "area_id": event.venue_area_id,
        "latitude": point.get("latitude"),
        "longitude": point.get("longitude"),
    }
    for language in ("vi", "en"):
        for name, text in (
            ("kind", event.kind.name),
            ("title", event.title),
            ("summary", event.summary),
        ):
            said[f"{name}_{language}"] = (text or {}).get(language) or None
    return {
        name: jsonable(said[name] if name in said else getattr(event, name)) for name in COLUMNS
    }


def csv_lines(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as lines of CSV (RFC 4180); no text in them is a formula."""
    written = io.StringIO()
    csv.writer(written).writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def csv_row(found: Mapping[str, Any]) -> list[Any]:
    return [found[name] for name in COLUMNS]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = " ".join(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def catalogue(*, portal: str, licence: str) -> dict[str, Any]:
    """What data there is and where (DCAT version 2, as JSON-LD)."""
    data = f"{portal}{API}/open-data"

    def distribution(name: str, media: str, title: str) -> dict[str, Any]:
        return {
            "@id": f"{data}/{name}",
            "@type": "dcat:Distribution",
            "dct:title": title,
            "dcat:accessURL": {"@id": f"{data}/{name}"},
            "dcat:downloadURL": {"@id": f"{data}/{name}"},
            "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
            "dct:license": {"@id": licence},
        }

    publisher = {"@id": portal, "@type": "foaf:Agent", "foaf:name": "Đối Thoại"}
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@id": f"{data}/catalogue.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _in_both(_CATALOGUE),
        "dct:description": _in_both(_ABOUT),
        "dct:publisher": publisher,
        "dct:license": {"@id": licence},
        "dct:language": [{"@id": f"{_LANGUAGES}/{one}"} for one in ("vi", "en")],
        "foaf:homepage": {"@id": portal},
        "dcat:dataset": [
            {
                "@id": f"{data}/events",
                "@type": "dcat:Dataset",
                "dct:identifier": "events",
                "dct:title": _in_both(_TITLE),
                "dct:description": _in_both(_ABOUT),
                "dct:publisher": publisher,
                "dct:license": {"@id": licence},
                "dcat:landingPage": {"@id": portal},
                "dcat:distribution": [
                    distribution("events.json", "application/json", "JSON"),
                    distribution("events.csv", "text/csv", "CSV"),
                ],
            }
        ],
    }


def _in_both(text: Text) -> list[dict[str, str]]:
    return [{"@language": one, "@value": text.say(one)} for one in ("vi", "en")]
