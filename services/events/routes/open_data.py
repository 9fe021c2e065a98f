"""What everybody may use again: open data with its catalogue, feeds of news, and what search engines read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request

from services.events import news, open_data, schema_org
from services.events.deps import Deps, current_deps
from services.events.models import Event
from services.events.routes.blueprint import bp, fingerprinted
from services.events.schemas.open_data import OpenEvents
from shared.http.access import ANYONE, PUBLISHED, allow, permit
from shared.http.problems import language

# Read from the database at a time: no transaction is held while a reader takes its time.
BATCH = 500
_OBJECT = {"type": "object"}


@bp.get("/open-data/catalogue.jsonld")
@allow(ANYONE)
@bp.response(200, _OBJECT, content_type=open_data.JSON_LD_TYPE)
def show_catalogue() -> Response:
    """What open data there is, and where (DCAT 2)."""
    settings = current_deps().settings
    made = open_data.catalogue(portal=_portal(), licence=settings.open_data_licence)
    return _json_ld(made)


@bp.get("/open-data/events.json")
@allow(ANYONE)
@bp.response(200, OpenEvents)
def download_json() -> Response:
    """Every public event, in the order in which they were begun."""
    return Response(_json(current_deps(), _portal()), content_type="application/json")


@bp.get("/open-data/events.csv")
@allow(ANYONE)
@bp.response(200, {"type": "string"}, content_type=open_data.CSV_TYPE)
def download_csv() -> Response:
    """Every public event as a table, in UTF-8 with its mark, so that office programs show Vietnamese."""
    response = Response(_csv(current_deps(), _portal()), content_type=open_data.CSV_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="su-kien.csv"'
    return response


@bp.get("/feeds/rss.xml")
@allow(ANYONE)
@bp.response(200, {"type": "string"}, content_type=news.RSS_TYPE)
def show_rss() -> Response:
    """What was newly published or changed, as RSS 2.0."""
    return _news(news.rss, "rss.xml", news.RSS_TYPE)


@bp.get("/feeds/atom.xml")
@allow(ANYONE)
@bp.response(200, {"type": "string"}, content_type=news.ATOM_TYPE)
def show_atom() -> Response:
    """What was newly published or changed, as Atom."""
    return _news(news.atom, "atom.xml", news.ATOM_TYPE)


@bp.get("/events/<uuid:event_id>/schema.jsonld")
@allow(PUBLISHED)
@bp.response(200, _OBJECT, content_type=open_data.JSON_LD_TYPE)
def show_for_search_engines(event_id: UUID) -> Response:
    """One event as search engines read it (schema.org)."""
    deps = current_deps()
    with deps.unit_of_work(read_only=True) as uow:
        event = uow.events.get(event_id)
        permit(public=event.is_public)
        now = deps.clock.now()
        return _json_ld(schema_org.document(event, portal=_portal(), language=language(), now=now))


def _portal() -> str:
    return current_deps().settings.public_url.rstrip("/")


def _json_ld(made: dict[str, Any]) -> Response:
    response = jsonify(made)
    response.content_type = open_data.JSON_LD_TYPE
    return response


def _news(write: Callable[..., bytes], name: str, content_type: str) -> Response:
    with current_deps().unit_of_work(read_only=True) as uow:
        content = write(
            uow.events.newest(),
            portal=_portal(),
            address=f"{_portal()}{open_data.API}/feeds/{name}",
            language=language(),
        )
    return fingerprinted(Response(content, content_type=content_type), request)


def _batches(deps: Deps) -> Iterator[Sequence[Event]]:
    last: UUID | None = None
    while True:
        with deps.unit_of_work(read_only=True) as uow:
            found = uow.events.public_after(last, limit=BATCH)
        if found:
            yield found
        if len(found) < BATCH:
            return
        last = found[-1].id


def _json(deps: Deps, portal: str) -> Iterator[str]:
    yield f'{{"licence": {json.dumps(deps.settings.open_data_licence)}, "items": ['
    between = ""
    for batch in _batches(deps):
        rows = (open_data.record(event, portal=portal) for event in batch)
        yield between + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        between = ",\n"
    yield "]}\n"


def _csv(deps: Deps, portal: str) -> Iterator[str]:
    yield "\ufeff" + open_data.csv_lines([open_data.COLUMNS])
    for batch in _batches(deps):
        rows = (open_data.record(event, portal=portal) for event in batch)
        yield open_data.csv_lines(open_data.csv_row(row) for row in rows)
