"""Organisations and areas: each with the time in which it exists, and what carries it on."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

import pytest

from shared.ids import new_id
from tests.service.community.conftest import ADMIN, SENDER, Community, errors
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, OtherService, Person, problem


def names(community: Community, path: str) -> list[str]:
    answer = community.get(path)
    assert answer.status_code == 200, answer.json
    return [row["name"] for row in answer.json["items"]]


def succeed(community: Community, kind: str, old: str, new: str, **more: Any) -> Any:
    field = "area_id" if kind == "areas" else "organisation_id"
    return community.post(f"/{kind}/{old}/successors", {field: new} | more, by=ADMIN)


def test_a_district_that_ended_is_shown_for_its_days(community: Community) -> None:
    """`valid_until` is the first day on which it is no more; without `on` everything is shown."""
    community.area("Quận Cũ", level="district", valid_until="2025-07-01")
    community.area("Phường Mới", valid_from="2025-07-01")
    community.area("Thành phố", level="city")

    assert names(community, "/areas?on=2024-05-01") == ["Quận Cũ", "Thành phố"]
    assert names(community, "/areas?on=2025-06-30") == ["Quận Cũ", "Thành phố"]
    assert names(community, "/areas?on=2025-07-01") == ["Phường Mới", "Thành phố"]
    assert names(community, "/areas?on=2026-05-01&level=district") == []
    assert names(community, "/areas?level=district") == ["Quận Cũ"]


def test_an_area_names_what_it_went_into(community: Community) -> None:
    """As a whole or in part, with a note; said again, the later word counts."""
    old, first, second = (community.area(name) for name in ("Cũ", "Một", "Hai"))
    succeed(community, "areas", old, first)
    succeed(community, "areas", old, second, extent="part", note="Phần phía đông")

    answer = succeed(community, "areas", old, first, extent="part")

    assert answer.status_code == 201
    assert {row["area_id"]: (row["extent"], row["note"]) for row in answer.json["successors"]} == {
        first: ("part", None),
        second: ("part", "Phần phía đông"),
    }
    assert community.get(f"/areas/{old}").json == answer.json


@pytest.mark.parametrize("kind", ["areas", "organisations"])
def test_a_succession_never_goes_round_in_a_circle(community: Community, kind: str) -> None:
    """Not to itself, not back, not by way of a third; a branch that meets again is none."""
    add = community.area if kind == "areas" else community.organisation
    a, b, c, d = (add(name) for name in "abcd")
    for old, new in ((a, b), (b, c), (a, d), (d, c)):
        assert succeed(community, kind, old, new).status_code == 201

    circles = [succeed(community, kind, old, new) for old, new in ((a, a), (b, a), (c, a), (c, d))]

    assert [(answer.status_code, problem(answer)) for answer in circles] == [
        (409, "would-circle")
    ] * 4


@pytest.mark.parametrize("kind", ["areas", "organisations"])
def test_of_two_successions_at_once_that_would_circle_one_stands(
    community: Community, kind: str
) -> None:
    """Each alone is right; the second is told."""
    add = community.area if kind == "areas" else community.organisation
    field = "area_id" if kind == "areas" else "organisation_id"
    token = SIGNER.issue(ADMIN.claims(), now=community.clock.now())[0]
    for _ in range(5):
        ring = [add(name) for name in "abc"]

        def act(number: int, ring: list[str] = ring) -> int:
            return (
                community.app.test_client()
                .post(
                    f"/v1/{kind}/{ring[number]}/successors",
                    json={field: ring[(number + 1) % 3]},
                    headers={"Authorization": f"Bearer {token}"},
                )
                .status_code
            )

        assert Counter(at_once(3, act)) == {201: 2, 409: 1}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["cho lon", "Chợ Lớn", "CHỢ LỚN", "chợ", "  cho   lon "])
def test_search_asks_for_no_accents(community: Community, typed: str, form: Any) -> None:
    """What is stored in either form is found by either form, and đ by d."""
    community.area(unicodedata.normalize(form, "Chợ Lớn"))
    community.area("Bến Khác", name_en="Elsewhere")
    other = "NFD" if form == "NFC" else "NFC"

    for sent in (unicodedata.normalize(form, typed), unicodedata.normalize(other, typed)):
        found = community.client.get("/v1/areas", query_string={"q": sent}).json["items"]
        assert [unicodedata.normalize("NFC", row["name"]) for row in found] == ["Chợ Lớn"]


def test_search_takes_what_is_typed_literally(community: Community) -> None:
    """Percent signs and underscores are no wildcards; English and short names are searched too."""
    community.organisation("Hội Doanh nhân trẻ Đông Á", short_name="HDN", name_en="Young Founders")
    community.organisation("Giảm 50%_")

    found = [
        names(community, f"/organisations?q={q}")
        for q in ("%25", "_", "dong%20a", "hdn", "founders", "zzz")
    ]

    young, sale = ["Hội Doanh nhân trẻ Đông Á"], ["Giảm 50%_"]
    assert found == [sale, sale, young, young, young, []]


def test_lists_are_read_page_by_page(community: Community) -> None:
    """Each row once, in order; a cursor that is none of ours is refused."""
    area = community.area("Phường")
    for number in range(5):
        community.organisation(f"Số {number}", kind="business", area_id=area)
    community.organisation("Nơi khác", kind="business")
    community.organisation("Loại khác", area_id=area)
    path, seen = f"/organisations?limit=2&kind=business&area_id={area}", []
    cursor: str | None = ""

    while cursor is not None:
        page = community.get(path + (f"&cursor={cursor}" if cursor else "")).json
        seen += [row["name"] for row in page["items"]]
        cursor = page["next"]

    assert seen == [f"Số {number}" for number in range(5)]
    for bad in ("x", "WyJ4Il0", "%00"):
        assert list(errors(community.get(f"/organisations?cursor={bad}"))) == ["cursor"]
    assert list(errors(community.get("/organisations?limit=0&on=31-12-2025"))) == ["limit", "on"]


def test_the_contact_address_is_hidden_from_the_public(community: Community) -> None:
    """Its organisers and administrators see it; members, others' organisers and lists do not show it."""
    office = community.organisation(contact_email="office@test.example")
    path = f"/organisations/{office}"
    seeing = (ADMIN, Person().with_role("organiser", office))
    others = (None, Person(), Person().with_role("member", office), SENDER)

    assert [community.get(path, by=by).json["contact_email"] for by in seeing] == [
        "office@test.example"
    ] * 2
    for by in (*others, Person().with_role("organiser", new_id())):
        assert "contact_email" not in community.get(path, by=by).get_data(as_text=True)
    for by in (*others, *seeing):
        assert "office@" not in community.get("/organisations", by=by).get_data(as_text=True)


def test_what_the_public_has_is_not_taken_for_what_an_organiser_sees(
    community: Community,
) -> None:
    """The two forms have tags of their own."""
    office = community.organisation(contact_email="office@test.example")
    path, organiser = f"/organisations/{office}", Person().with_role("organiser", office)
    public = community.get(path).headers["ETag"]

    full = community.get(path, by=organiser, headers={"If-None-Match": public})

    assert full.status_code == 200
    assert community.get(path, headers={"If-None-Match": public}).status_code == 304
    again = {"If-None-Match": full.headers["ETag"]}
    assert community.get(path, by=organiser, headers=again).status_code == 304


def test_contact_addresses_are_told_to_the_sender_alone(community: Community) -> None:
    """Who has none is left out."""
    office = community.organisation("Phòng", contact_email="office@test.example")
    body = {"ids": [office, community.organisation(), str(new_id())]}

    refused = [
        community.post("/organisations/addresses", body, by=by).status_code
        for by in (None, Person(), ADMIN, OtherService("events"))
    ]
    told = community.post("/organisations/addresses", body, by=SENDER).json["items"]

    assert refused == [401, 403, 403, 403]
    assert [(row["id"], row["address"]) for row in told] == [(office, "office@test.example")]


def test_an_organiser_edits_the_version_that_they_saw(community: Community) -> None:
    """With the tag that they were shown; 428 without it, 412 with an older one."""
    office = community.organisation()
    path, organiser = f"/organisations/{office}", Person().with_role("organiser", office)
    etag = community.get(path, by=organiser).headers["ETag"]

    def change(body: dict[str, Any], **headers: str) -> Any:
        return community.call("PATCH", path, body, by=organiser, headers=headers)

    without = change({"short_name": "A"})
    first = change({"short_name": "PKT"}, **{"If-Match": etag})
    stale = change({"short_name": "B"}, **{"If-Match": etag})
    second = change({"name_en": "Economy"}, **{"If-Match": first.headers["ETag"]})

    assert (without.status_code, problem(without)) == (428, "match-required")
    assert (stale.status_code, problem(stale)) == (412, "edited-meanwhile")
    assert (first.status_code, second.status_code) == (200, 200)
    assert (second.json["short_name"], second.json["name_en"]) == ("PKT", "Economy")
    assert names(community, "/organisations?q=economy") == ["Phòng Kinh tế"]


def test_each_change_is_told_with_a_rising_sequence(community: Community) -> None:
    """The whole state, with its successors and without the contact address."""
    office = community.organisation(contact_email="office@test.example", valid_from="2020-01-01")
    heir = community.organisation("Kế thừa")
    succeed(community, "organisations", office, heir, note="Sáp nhập")
    ended = community.call(
        "PATCH",
        f"/organisations/{office}",
        {"valid_until": "2026-04-01"},
        by=ADMIN,
        headers={"If-Match": "*"},
    )

    told = [m for m in community.published("organisation.changed") if m.subject == office]

    assert ended.json["valid_until"] == "2026-04-01"
    assert [m.sequence for m in told] == [1, 2, 3]
    assert told[-1].data == {
        "id": office,
        "name": "Phòng Kinh tế",
        "name_en": None,
        "short_name": None,
        "kind": "public_body",
        "parent_id": None,
        "area_id": None,
        "valid_from": "2020-01-01",
        "valid_until": "2026-04-01",
        "successor_ids": [heir],
    }


def test_what_ends_ends_after_it_began(community: Community) -> None:
    """When it is taken in and when it is changed."""
    office = community.organisation(valid_from="2026-01-01")
    dates = {"valid_from": "2026-01-01", "valid_until": "2026-01-01"}
    path = f"/organisations/{office}"

    answers = [
        community.post("/areas", {"level": "ward", "name": "A"} | dates, by=ADMIN),
        community.post("/organisations", {"kind": "business", "name": "A"} | dates, by=ADMIN),
        community.call(
            "PATCH", path, {"valid_until": "2026-01-01"}, by=ADMIN, headers={"If-Match": "*"}
        ),
    ]

    said = {"valid_until": "Ngày hết hiệu lực phải sau ngày bắt đầu."}
    assert [errors(answer) for answer in answers] == [said] * 3


def test_what_is_named_must_exist(community: Community) -> None:
    """Parents, areas and successors; each unknown one by its field."""
    office, area, unknown = community.organisation(), community.area("A"), str(new_id())
    body = {"kind": "business", "name": "A"}

    wrong = [
        community.post("/areas", {"level": "ward", "name": "B", "parent_id": unknown}, by=ADMIN),
        community.post("/organisations", body | {"parent_id": unknown}, by=ADMIN),
        community.post("/organisations", body | {"area_id": unknown}, by=ADMIN),
        succeed(community, "areas", area, unknown),
        succeed(community, "organisations", office, unknown),
    ]

    assert [list(errors(answer)) for answer in wrong] == [
        ["parent_id"],
        ["parent_id"],
        ["area_id"],
        ["area_id"],
        ["organisation_id"],
    ]
    for kind, field in (("areas", area), ("organisations", office)):
        assert succeed(community, kind, unknown, field).status_code == 404
        assert community.get(f"/{kind}/{unknown}").status_code == 404


def test_organisations_and_areas_are_taken_in_by_administrators(community: Community) -> None:
    """An organiser changes their own organisation and no other."""
    office, other = community.organisation(), community.organisation()
    organiser = Person().with_role("organiser", office)
    body = {"kind": "business", "name": "A"}

    for by, expected in ((None, 401), (Person(), 403), (organiser, 403), (SENDER, 403)):
        assert community.post("/organisations", body, by=by).status_code == expected
        assert community.post("/areas", {"level": "ward"} | body, by=by).status_code in (401, 403)
        path = f"/organisations/{office}/successors"
        assert community.post(path, {"organisation_id": other}, by=by).status_code == expected
    elsewhere = community.call(
        "PATCH", f"/organisations/{other}", {}, by=organiser, headers={"If-Match": "*"}
    )
    assert elsewhere.status_code == 404


def test_a_repeat_with_its_key_takes_in_one(community: Community) -> None:
    """The same answer; another body is refused; without a key it is another organisation."""
    body = {"kind": "business", "name": "Một", "contact_email": "a@test.example"}

    first, again = (community.post("/organisations", body, by=ADMIN, key="k") for _ in range(2))
    other = community.post("/organisations", body | {"name": "Hai"}, by=ADMIN, key="k")

    assert (again.status_code, again.json) == (201, first.json)
    assert (other.status_code, problem(other)) == (422, "key-reused")
    assert community.count("organisations") == 1
    assert community.post("/organisations", body, by=ADMIN).json["id"] != first.json["id"]
