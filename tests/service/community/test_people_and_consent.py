"""What people say of themselves, and what they agree to."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from shared.ids import new_id
from tests.service.community.conftest import ADMIN, SENDER, Browser, Community, errors
from tests.support.crowds import at_once
from tests.support.harness import SIGNER, OtherService, Person, problem

NEWS = {"vi": "Gửi bản tin.\nMỗi tháng.", "en": "Send the newsletter."}


def change(community: Community, person: Person, body: dict[str, Any], **more: Any) -> Any:
    """An edit of one's own profile, of the version last seen."""
    etag = community.get("/people/me", by=person).headers["ETag"]
    headers = {"If-Match": more.pop("etag", etag)}
    return community.call("PATCH", "/people/me", body, by=person, headers=headers, **more)


def purpose(community: Community, key: str = "news", **more: Any) -> None:
    body = {"legal_basis": "consent", "version": 1, "text": NEWS} | more
    answer = community.call("PUT", f"/purposes/{key}", body, by=ADMIN)
    assert answer.status_code == 200, answer.json


def decide(community: Community, person: Person, *, given: bool = True, **more: Any) -> Any:
    key = more.pop("key", None)
    body = {"purpose": "news", "given": given, "version": 1, "language": "vi"} | more
    return community.post("/people/me/consents", body, by=person, key=key)


def test_a_profile_is_changed_and_told(community: Community) -> None:
    """Only what was sent changes; the tag and the sequence rise; the message holds no name."""
    ada = community.person()

    answer = change(community, ada, {"name": "  Nguyễn Thị Ánh ", "language": "en"})
    again = change(community, ada, {"phone": "0912 345 678"})

    assert answer.json["name"] == "Nguyễn Thị Ánh"
    assert {k: again.json[k] for k in ("name", "language", "phone")} == {
        "name": "Nguyễn Thị Ánh",
        "language": "en",
        "phone": "+84912345678",
    }
    assert [m.sequence for m in community.published("person.changed")] == [1, 2, 3]
    assert community.published("person.changed")[-1].data == {
        "id": str(ada.id),
        "language": "en",
        "status": "active",
    }


def test_an_edit_names_the_version_that_it_saw(community: Community) -> None:
    """Without it 428, of an older one 412, and nothing changes."""
    ada = community.person()
    etag = community.get("/people/me", by=ada).headers["ETag"]
    change(community, ada, {"name": "Ada"})

    without = community.call("PATCH", "/people/me", {"name": "B"}, by=ada)
    stale = change(community, ada, {"name": "C"}, etag=etag)

    assert (without.status_code, problem(without)) == (428, "match-required")
    assert (stale.status_code, problem(stale)) == (412, "edited-meanwhile")
    assert community.get("/people/me", by=ada).json["name"] == "Ada"


def test_of_edits_of_one_version_at_once_one_counts(community: Community) -> None:
    """The others are told that somebody was faster."""
    ada = community.person()
    etag = community.get("/people/me", by=ada).headers["ETag"]
    token = SIGNER.issue(ada.claims(), now=community.clock.now())[0]
    headers = {"If-Match": etag, "Authorization": f"Bearer {token}"}

    def act(number: int) -> int:
        client, body = community.app.test_client(), {"name": f"Tên {number}"}
        return client.patch("/v1/people/me", json=body, headers=headers).status_code

    assert Counter(at_once(8, act)) == {200: 1, 412: 7}


def test_a_phone_can_be_taken_out_again(community: Community) -> None:
    """An empty value is a value; what is not named stays."""
    ada = community.person()
    change(community, ada, {"name": "Ada", "phone": "0912345678"})

    answer = change(community, ada, {"phone": None})

    assert (answer.json["phone"], answer.json["name"]) == (None, "Ada")


def test_a_new_role_is_seen_though_the_profile_did_not_change(community: Community) -> None:
    """Who asks "anything new?" with the old tag is not told "no"; the tag still serves an edit."""
    ada = community.person("ada@test.example")
    etag = community.get("/people/me", by=ada).headers["ETag"]
    community.give(community.organisation(), "ada@test.example", "member")

    answer = community.get("/people/me", by=ada, headers={"If-None-Match": etag})

    assert answer.status_code == 200
    assert [m["role"] for m in answer.json["memberships"]] == ["member"]
    assert change(community, ada, {"name": "Ada"}, etag=etag).status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("+84 (0)912.345.678", "+84912345678"),
        ("028 3829 5730", "+842838295730"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_phone_is_kept_in_the_international_form(
    community: Community, typed: str, kept: str
) -> None:
    """Vietnamese where no country is named."""
    assert change(community, community.person(), {"phone": typed}).json["phone"] == kept


def test_wrong_fields_are_named_in_the_callers_language(community: Community) -> None:
    """All at once, and nothing changes; address, administration and id are not for the person to set."""
    ada = community.person()
    body = {"name": " ", "phone": "12", "language": "fr"}

    vi = errors(change(community, ada, body))
    en = errors(change(community, ada, body, language="en"))
    injected = errors(change(community, ada, {"email": "b@test.example", "admin": True, "id": "x"}))

    assert vi == {
        "name": "Cần từ 1 đến 200 ký tự.",
        "phone": "Số điện thoại không đúng, ví dụ: 0912 345 678.",
        "language": "Phải là một trong: vi, en.",
    }
    assert en["phone"] == "That is not a phone number; for example: 0912 345 678."
    assert injected.keys() == {"email", "admin", "id"}
    assert len(community.published("person.changed")) == 1


def test_people_at_once_with_one_new_address_are_one_person(community: Community) -> None:
    """Ten browsers sign in for the first time, and an office gives a role, at the same moment."""
    office = community.organisation()
    asked = [community.ask("ada@test.example") for _ in range(5)]
    codes = [community.mail(one)["code"] for one in asked]
    admin = {
        "Authorization": f"Bearer {SIGNER.issue(ADMIN.claims(), now=community.clock.now())[0]}"
    }

    def act(number: int) -> Any:
        if number < 5:
            answer = community.complete(asked[number], code=codes[number])
            return answer.status_code, answer.json["person"]["id"]
        roles = ("member", "officer", "organiser", "leader", "member")
        answer = community.app.test_client().post(
            f"/v1/organisations/{office}/memberships",
            json={"email": "Ada@test.example", "role": roles[number - 5]},
            headers=admin,
        )
        return answer.status_code, answer.json["person_id"]

    answers = at_once(10, act)

    assert Counter(code for code, _ in answers) == {200: 5, 201: 5}
    assert len({person for _, person in answers}) == 1
    assert community.count("people") == 1
    assert len(community.published("person.changed")) == 1


def test_addresses_are_told_to_the_sender_alone(community: Community) -> None:
    """Fresh, with name and language; whom nobody knows is left out."""
    ada = community.person("ada@test.example")
    change(community, ada, {"name": "Ada", "language": "en"})
    body = {"ids": [str(ada.id), str(new_id())]}

    codes = [
        community.post("/people/addresses", body, by=by).status_code
        for by in (None, ada, ADMIN, OtherService("registrations"), OtherService("web"))
    ]
    told = community.post("/people/addresses", body, by=SENDER)

    assert codes == [401, 403, 403, 403, 403]
    assert told.json["items"] == [
        {
            "id": str(ada.id),
            "address": "ada@test.example",
            "name": "Ada",
            "language": "en",
            "status": "active",
        }
    ]


def test_consent_is_kept_with_the_version_and_the_text_that_was_shown(
    community: Community,
) -> None:
    """In the language in which it was read; Vietnamese where there is no other."""
    purpose(community)
    purpose(community, "photos", text={"vi": "Chụp ảnh."})
    ada = community.person()

    read_in_english = decide(community, ada, language="en")
    without_english = decide(community, ada, language="en", purpose="photos")

    assert read_in_english.status_code == 201
    kept = {k: read_in_english.json[k] for k in ("purpose", "version", "given", "text_shown")}
    assert kept == {"purpose": "news", "version": 1, "given": True, "text_shown": NEWS["en"]}
    assert read_in_english.json["decided_at"] == "2026-03-05T02:00:00+00:00"
    assert without_english.json["text_shown"] == "Chụp ảnh."


def test_withdrawing_keeps_what_was_agreed_to(community: Community) -> None:
    """Newest first; each decision is told with a rising sequence and without the text."""
    purpose(community)
    ada = community.person()
    decide(community, ada)
    community.clock.advance(hours=1)
    decide(community, ada, given=False)

    listed = community.get("/people/me/consents", by=ada).json["items"]

    assert [(row["given"], row["text_shown"]) for row in listed] == [
        (False, NEWS["vi"]),
        (True, NEWS["vi"]),
    ]
    told = community.published("consent.changed")
    assert [(m.sequence, m.data["status"]) for m in told] == [(1, "given"), (2, "withdrawn")]
    assert {m.subject for m in told} == {str(ada.id)}
    assert told[0].data.keys() == {"person_id", "purpose", "status"}


def test_decisions_at_once_have_sequences_of_their_own(community: Community) -> None:
    """One to ten, each once, in the order in which the outbox has them."""
    purpose(community)
    ada = community.person()
    token = SIGNER.issue(ada.claims(), now=community.clock.now())[0]

    def act(number: int) -> int:
        body = {"purpose": "news", "given": number % 2 == 0, "version": 1, "language": "vi"}
        headers = {"Authorization": f"Bearer {token}"}
        client = community.app.test_client()
        return client.post("/v1/people/me/consents", json=body, headers=headers).status_code

    assert at_once(10, act) == [201] * 10
    assert [m.sequence for m in community.published("consent.changed")] == list(range(1, 11))


def test_a_new_text_asks_for_a_new_decision(community: Community) -> None:
    """Who read the old one is told the new version; what was decided on the old one stays as it was."""
    purpose(community)
    ada = community.person()
    decide(community, ada)
    purpose(community, version=2, text={"vi": "Gửi bản tin và lời mời."})

    stale = decide(community, ada)
    fresh = decide(community, ada, version=2)

    assert (stale.status_code, problem(stale), stale.json["version"]) == (409, "text-changed", 2)
    assert fresh.json["text_shown"] == "Gửi bản tin và lời mời."
    listed = community.get("/people/me/consents", by=ada).json["items"]
    assert {row["version"]: row["text_shown"] for row in listed}[1] == NEWS["vi"]


def test_a_purpose_that_rests_on_another_basis_is_not_agreed_to(community: Community) -> None:
    """Nobody is asked to consent to a public task; an unknown purpose is not found."""
    purpose(community, legal_basis="public_task")
    ada = community.person()

    refused, unknown = decide(community, ada), decide(community, ada, purpose="other")

    assert (refused.status_code, problem(refused)) == (422, "not-a-consent")
    assert unknown.status_code == 404
    assert community.count("consents") == 0


def test_purposes_are_shown_to_anybody_in_their_current_version(community: Community) -> None:
    """Put by administrators alone; the same version again changes nothing."""
    purpose(community)
    purpose(community, version=2, text={"vi": "Mới."})
    purpose(community, version=2, text={"vi": "Lén sửa."})
    purpose(community, "accounts", legal_basis="contract")
    body = {"legal_basis": "consent", "version": 3, "text": NEWS}

    refused = [
        community.call("PUT", "/purposes/news", body, by=by).status_code
        for by in (None, Person(), Person().with_role("leader", new_id()), SENDER)
    ]

    listed = community.get("/purposes").json["items"]
    assert [(row["key"], row["version"], row["text"]["vi"]) for row in listed] == [
        ("accounts", 1, NEWS["vi"]),
        ("news", 2, "Mới."),
    ]
    assert refused == [401, 403, 403, 403]


@pytest.mark.parametrize("key", ["a%00b", "a%0Ab"])
def test_a_key_that_cannot_be_kept_is_named(community: Community, key: str) -> None:
    """NUL and line breaks are no failure of ours; other text is kept exactly, up to 64 characters."""
    body = {"legal_basis": "consent", "version": 1, "text": NEWS}

    answer = community.call("PUT", f"/purposes/{key}", body, by=ADMIN)

    assert errors(answer) == {"key": "Có ký tự không lưu được."}
    assert community.call("PUT", f"/purposes/{'a' * 65}", body, by=ADMIN).status_code == 404
    assert community.call("PUT", "/purposes/tin-t%E1%BB%A9c", body, by=ADMIN).status_code == 200


def test_a_repeated_decision_with_its_key_is_one(community: Community) -> None:
    """Another body under that key is refused; another person's same key is their own."""
    purpose(community)
    ada, grace = community.person("ada@test.example"), community.person("grace@test.example")

    first, again = (decide(community, ada, key="k") for _ in range(2))
    other_body = decide(community, ada, given=False, key="k")
    other_person = decide(community, grace, key="k")

    assert again.json == first.json
    assert problem(other_body) == "key-reused"
    assert other_person.json["id"] != first.json["id"]
    assert community.count("consents") == 2


def test_a_profile_is_for_people(community: Community) -> None:
    """Not for the unknown, nor for services; somebody whom the database does not have is not found."""
    for path in ("/people/me", "/people/me/consents"):
        assert community.get(path).status_code == 401
        assert community.get(path, by=SENDER).status_code == 403
    assert community.get("/people/me", by=Person()).status_code == 404


def test_nothing_personal_is_in_any_message(community: Community) -> None:
    """Canaries in every field; then every message is searched."""
    purpose(community)
    office = community.organisation(contact_email="canary-contact@test.example")
    ada = community.person("canary-ada@test.example")
    change(community, ada, {"name": "Canary Ada", "phone": "0912345678"})
    decide(community, ada)
    membership = community.give(office, "canary-bob@test.example", "officer", name="Canary Bob")
    community.take_back(membership, office)
    community.request_sign_in("canary-eve@test.example", Browser())

    bodies = [message.encode().decode() for message in community.published()]

    assert {message.type for message in community.published()} == {
        "person.changed",
        "organisation.changed",
        "membership.changed",
        "consent.changed",
        "sign_in.requested",
    }
    assert [b for b in bodies if "anary" in b or "912345678" in b or "@" in b] == []
