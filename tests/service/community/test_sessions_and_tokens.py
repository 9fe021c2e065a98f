"""Sessions that can be ended, and the short-lived tokens that come of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from shared.ids import new_id
from shared.tokens import AUDIENCE, ISSUER, Signer, new_key
from tests.service.community.conftest import Community, bearer
from tests.support.harness import OtherService, Person, problem, signing_key


def part(value: Any) -> str:
    """One part of a compact JWS."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def read(token: str, index: int) -> dict[str, Any]:
    """The header (0) or the claims (1) of a token, unverified."""
    text = token.split(".")[index]
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def status(community: Community, token: str) -> int:
    """How the API answers somebody with this token."""
    return community.get("/people/me", headers=bearer(token)).status_code


def test_a_session_gives_new_tokens_for_30_days(community: Community) -> None:
    """And not a second longer."""
    signed_in = community.sign_in("ada@test.example")

    community.clock.advance(days=29, hours=23, minutes=59, seconds=59)
    renewed = community.renew(signed_in)
    community.clock.advance(seconds=1)
    over = community.renew(signed_in)

    assert renewed.status_code == 200
    assert renewed.json["person"] == signed_in["person"]
    assert (over.status_code, problem(over)) == (401, "session-ended")


def test_an_ended_session_gives_no_token(community: Community) -> None:
    """Ended twice or never known, ending is answered alike; another browser stays signed in."""
    here, elsewhere = (community.sign_in("ada@test.example") for _ in range(2))

    ended = [
        community.post("/sessions/end", {"session": session}).status_code
        for session in (here["session"], here["session"], "never-known")
    ]

    assert ended == [204, 204, 204]
    answer = community.renew(here)
    assert (answer.status_code, problem(answer)) == (401, "session-ended")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert community.renew(elsewhere).status_code == 200


def test_what_is_no_session_gives_no_token(community: Community) -> None:
    """An access token and the digest in the table are none."""
    signed_in = community.sign_in("ada@test.example")
    kept = hashlib.sha256(signed_in["session"].encode()).hexdigest()
    assert community.count(f"sessions WHERE secret_digest = '{kept}'") == 1

    for guess in ("x", kept, signed_in["access_token"][:200]):
        assert problem(community.renew({"session": guess})) == "session-ended"


def test_a_token_lives_ten_minutes(community: Community) -> None:
    """With five seconds for clocks that differ."""
    signed_in = community.sign_in("ada@test.example")
    assert signed_in["expires_at"] == "2026-03-05T02:10:00+00:00"

    community.clock.advance(minutes=9, seconds=59)
    before = status(community, signed_in["access_token"])
    community.clock.advance(seconds=7)
    after = community.get("/people/me", headers=bearer(signed_in["access_token"]))

    assert before == 200
    assert (after.status_code, problem(after)) == (401, "not-signed-in")


def test_no_character_of_a_token_can_be_changed(community: Community) -> None:
    """Each of them, in the header, the claims and the signature."""
    token = community.sign_in("ada@test.example")["access_token"]
    header, claims, signature = token.split(".")
    forged = []
    for index, character in enumerate(token):
        if character == "." or index == len(token) - 1:
            continue
        other = "A" if character != "A" else "B"
        forged.append(token[:index] + other + token[index + 1 :])

    assert [text for text in forged if status(community, text) != 401] == []
    assert status(community, f"{header}.{claims}.") == 401
    assert status(community, f"{header}.{claims}.{signature}") == 200


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_only_ed25519_is_taken(community: Community) -> None:
    """Not "none", not a MAC with the public key, not the older name of the algorithm."""
    token = community.sign_in("ada@test.example")["access_token"]
    claims, kid = read(token, 1), read(token, 0)["kid"]
    assert read(token, 0) == {"typ": "JWT", "alg": "Ed25519", "kid": kid}
    key = OKPKey.import_key(json.loads(signing_key()))
    document = key.as_dict(private=False)

    def mac(secret: bytes) -> str:
        signed = f"{part({'alg': 'HS256', 'kid': kid})}.{part(claims)}"
        digest = hmac.digest(secret, signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    none = f"{part({'alg': 'none', 'kid': kid})}.{part(claims)}."
    older = jwt.encode({"alg": "EdDSA", "kid": kid}, claims, key, algorithms=["EdDSA"])
    raw = base64.urlsafe_b64decode(f"{document['x']}=")
    macs = [mac(json.dumps(document).encode()), mac(raw)]

    assert [status(community, forged) for forged in (none, older, *macs)] == [401] * 4


def test_another_key_signs_nothing(community: Community) -> None:
    """Not under its own key id, not under ours."""
    token = community.sign_in("ada@test.example")["access_token"]
    claims, key = read(token, 1), new_key()

    for kid in (key.kid, read(token, 0)["kid"]):
        forged = jwt.encode({"alg": "Ed25519", "kid": kid}, claims, key, algorithms=["Ed25519"])
        assert status(community, forged) == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-platform"},
        {"aud": None},
        {"iss": "web"},
        {"iss": None},
        {"exp": None},
        {"sub": None},
        {"sub": "not-an-id"},
        {"kind": "sign-in"},
        {"kind": "service"},
        {"roles": None},
        {"roles": "organiser"},
    ],
    ids=str,
)
def test_a_token_for_something_else_is_refused(
    community: Community, changes: dict[str, Any]
) -> None:
    """Rightly signed, but for another audience, by another issuer, without an end, of another kind."""
    token = community.sign_in("ada@test.example")["access_token"]
    claims = {k: v for k, v in (read(token, 1) | changes).items() if v is not None}
    key = OKPKey.import_key(json.loads(signing_key()))
    header = {"alg": "Ed25519", "kid": read(token, 0)["kid"]}

    forged = jwt.encode(header, claims, key, algorithms=["Ed25519"])

    assert status(community, forged) in ({403} if changes == {"kind": "service"} else {401})


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "Bearer x", "Bearer é.é.é"])
def test_what_is_no_token_is_refused(community: Community, header: str) -> None:
    """Also where anybody may ask."""
    sent = {"Authorization": header}
    assert community.get("/people/me", headers=sent).status_code == 401


def test_a_token_says_which_roles_and_doors_hold(community: Community) -> None:
    """What was given and ended since is in the next token, and the language too."""
    office, club, event = community.organisation(), community.organisation(), str(new_id())
    signed_in = community.sign_in("ada@test.example", written_in="en")
    assert community.claims(signed_in) == ([], [])

    community.give(office, "ada@test.example", "organiser")
    member = community.give(club, "ada@test.example", "member")
    community.give(office, "ada@test.example", "door", event_id=event)
    given = community.claims(signed_in)
    community.take_back(member, club)

    assert given == (sorted([[office, "organiser"], [club, "member"]]), [event])
    assert community.claims(signed_in) == ([[office, "organiser"]], [event])
    claims = read(community.renew(signed_in).json["access_token"], 1)
    assert (claims["language"], claims["admin"]) == ("en", False)


def test_a_role_begins_and_ends_at_midnight_in_vietnam(community: Community) -> None:
    """From 10 to 11 March, to the second: `valid_until` is the first day on which it does not hold."""
    office, event = community.organisation(), str(new_id())
    dates = {"valid_from": "2026-03-10", "valid_until": "2026-03-12"}
    signed_in = community.sign_in("ada@test.example")
    community.give(office, "ada@test.example", "officer", **dates)
    community.give(office, "ada@test.example", "door", event_id=event, **dates)

    def claims_at(day: int, hour: int, minute: int, second: int) -> Any:
        community.clock.move_to(datetime(2026, 3, day, hour, minute, second, tzinfo=UTC))
        shown = community.get(
            "/people/me", headers=bearer(community.renew(signed_in).json["access_token"])
        )
        roles = [membership["role"] for membership in shown.json["memberships"]]
        return community.claims(signed_in), roles

    none: Any = (([], []), [])
    both = (([[office, "officer"]], [event]), ["officer", "door"])
    assert claims_at(9, 16, 59, 59) == none
    assert claims_at(9, 17, 0, 0) == both
    assert claims_at(11, 16, 59, 59) == both
    assert claims_at(11, 17, 0, 0) == none


def test_the_keys_are_published_without_their_private_part(community: Community) -> None:
    """One Ed25519 key, with which the tokens verify."""
    answer = community.client.get("/.well-known/jwks.json")

    (key,) = answer.json["keys"]
    assert key.keys() == {"kty", "crv", "x", "kid"}
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    assert json.loads(signing_key())["d"] not in answer.get_data(as_text=True)
    token = community.sign_in("ada@test.example")["access_token"]
    assert read(token, 0)["kid"] == key["kid"]
    jwt.decode(token, KeySet.import_key_set(answer.json), algorithms=["Ed25519"])
    again = community.client.get(
        "/.well-known/jwks.json", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_a_service_gets_a_token_for_its_secret(community: Community) -> None:
    """With which it is that service and nobody else."""
    body = {"client": "notifications", "secret": "of-notifications"}

    answer = community.post("/service-tokens", body)

    assert answer.status_code == 200
    signed = bearer(answer.json["access_token"])
    wanted = {"ids": [str(new_id())]}
    assert community.post("/people/addresses", wanted, headers=signed).status_code == 200
    assert community.get("/people/me", headers=signed).status_code == 403
    claims = read(answer.json["access_token"], 1)
    assert (claims["kind"], claims["sub"]) == ("service", "notifications")
    assert (claims["iss"], claims["aud"]) == (ISSUER, AUDIENCE)


@pytest.mark.parametrize(
    ("client", "secret"),
    [
        ("notifications", "of-web"),
        ("notifications", "of-notification"),
        ("notifications", "of-notificationsx"),
        ("events", "of-notifications"),
        ("unknown", " "),
        ("é", "é"),
    ],
)
def test_a_wrong_secret_gets_no_token(community: Community, client: str, secret: str) -> None:
    """Another's, a part, of an unknown service: told alike."""
    answer = community.post("/service-tokens", {"client": client, "secret": secret})

    assert (answer.status_code, problem(answer)) == (401, "wrong-client")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_not_a_proof_of_a_mail(community: Community) -> None:
    """Each secret has one purpose."""
    token = community.sign_in("ada@test.example")["access_token"]
    asked = community.ask("ada@test.example")

    for proof in (token[:200], community.mail(asked)["code"]):
        assert community.complete(asked, token=proof).status_code == 400


def test_the_harness_signs_as_community_does(community: Community) -> None:
    """One key: what other tests send is what community would have issued."""
    signer = Signer(OKPKey.import_key(json.loads(signing_key())))
    token, _ = signer.issue(Person().claims(), now=community.clock.now())

    assert status(community, token) == 404
    assert community.get("/people/me", by=OtherService("web")).status_code == 403
