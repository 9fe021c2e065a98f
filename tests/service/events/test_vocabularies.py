"""What programs of others make of the open data: the terms that they know, the parts that they need, nothing they stumble over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib import namespace as known

from tests.service.events.conftest import Events

MIXED: dict[str, Any] = {
    "attendance_mode": "mixed",
    "join_url": "https://hop.example/1",
    "venue": {
        "name": "Hội trường",
        "address": "Số 1",
        "location": {"latitude": 10.75, "longitude": 106.66},
    },
    "cover": {"url": "https://anh.example/1.jpg", "alt": {"vi": "Hội trường"}},
    "languages": ["vi", "en"],
}


def graph_of(document: dict[str, Any], **changes: Any) -> Graph:
    return Graph().parse(data=json.dumps(document | changes), format="json-ld")


def described(events: Events, event: dict[str, Any]) -> Graph:
    """A public event, with all names taken from schema.org as its own context takes them."""
    document = json.loads(events.get(f"/events/{event['id']}/schema.jsonld").get_data())
    assert document["@context"] == "https://schema.org"
    return graph_of(document, **{"@context": {"@vocab": str(known.SDO)}})


def names_in(graph: Graph) -> Iterator[URIRef]:
    """Every property and class that a graph uses."""
    for _, property_, value in graph:
        if property_ == known.RDF.type:
            yield URIRef(value)
        else:
            yield URIRef(property_)


@pytest.mark.parametrize("step", ["published", "moved", "postponed", "cancelled"])
def test_schema_org_knows_every_name_that_an_event_uses(events: Events, step: str) -> None:
    """Types, properties and the values that are terms, whatever became of the event."""
    event = events.published_event(**MIXED)
    if step == "moved":
        events.moved(event)
    if step == "postponed":
        reason = {"reason": {"vi": "Mưa bão"}}
        assert events.post(f"/events/{event['id']}/postpone", reason, by=events.organiser)
    if step == "cancelled":
        events.cancelled(event)

    graph = described(events, event)

    unknown = [name for name in names_in(graph) if name not in known.SDO]
    terms = [str(value) for value in graph.objects() if str(value).startswith("https://schema.org")]
    assert unknown == []
    assert [term for term in terms if URIRef(term) not in known.SDO] == []
    assert len(terms) >= 6


def test_search_engines_find_what_they_need_of_an_event(events: Events) -> None:
    """Name, start and place with its address; the start says its offset."""
    graph = described(events, events.published_event(**MIXED))

    (about,) = graph.subjects(known.RDF.type, known.SDO.Event)
    (place,) = graph.subjects(known.RDF.type, known.SDO.Place)
    (address,) = graph.objects(place, known.SDO.address)
    starts = str(graph.value(about, known.SDO.startDate))
    assert graph.value(about, known.SDO.name) == Literal("Đối thoại với doanh nghiệp trẻ")
    assert starts.endswith("+07:00")
    assert Literal(starts, datatype=known.XSD.dateTime).value is not None
    assert place in graph.objects(about, known.SDO.location)
    assert graph.value(address, known.SDO.streetAddress) == Literal("Số 1")


def test_the_catalogue_is_one_that_portals_of_open_data_harvest(events: Events) -> None:
    """What DCAT-AP calls mandatory is there, and every name is one of the vocabularies'."""
    graph = graph_of(json.loads(events.get("/open-data/catalogue.jsonld").get_data()))

    (catalogue,) = graph.subjects(known.RDF.type, known.DCAT.Catalog)
    (data,) = graph.objects(catalogue, known.DCAT.dataset)
    places = list(graph.objects(data, known.DCAT.distribution))
    for described_ in (catalogue, data):
        for text in (known.DCTERMS.title, known.DCTERMS.description):
            assert {one.language for one in graph.objects(described_, text)} == {"vi", "en"}  # type: ignore[attr-defined]
        publisher = graph.value(described_, known.DCTERMS.publisher)
        assert (publisher, known.RDF.type, known.FOAF.Agent) in graph
        assert graph.value(publisher, known.FOAF.name)
    assert len(places) == 2
    for place in places:
        links = (
            known.DCAT.accessURL,
            known.DCAT.downloadURL,
            known.DCAT.mediaType,
            known.DCTERMS.license,
        )
        assert all(isinstance(graph.value(place, link), URIRef) for link in links)
    assert all(isinstance(one, URIRef) for one in graph.objects(catalogue, known.DCTERMS.language))
    assert [
        name
        for name in names_in(graph)
        if not any(name in vocabulary for vocabulary in (known.DCAT, known.DCTERMS, known.FOAF))
    ] == []


@pytest.mark.parametrize(
    ("path", "version"), [("/feeds/rss.xml", "rss20"), ("/feeds/atom.xml", "atom10")]
)
def test_a_feed_reader_has_nothing_to_mend(events: Events, path: str, version: str) -> None:
    """It knows the form, and finds an id, a link, a title and a date in every entry."""
    event = events.published_event(title={"vi": "Một & <b>"})
    events.clock.advance(minutes=1)
    events.cancelled(event)
    answer = events.get(path)

    read = feedparser.parse(
        answer.get_data(), response_headers={"content-type": answer.content_type}
    )

    (entry,) = read.entries
    assert not read.bozo
    assert read.version == version
    assert read.feed.title
    assert read.feed.link == "https://doithoai.example"
    assert entry.id == f"urn:uuid:{event['id']}"
    assert entry.link == f"https://doithoai.example/su-kien/{event['id']}"
    assert entry.title == "Đã hủy: Một & <b>"
    assert entry.published_parsed
