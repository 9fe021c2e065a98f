"""Signing in with the link or the code of a mail: once, in time, in the browser that asked."""

from __future__ import annotations

from collections import Counter
from threading import Barrier
from uuid import UUID

import pytest

from services.community import operations
from services.community.models.sign_ins import SignIn
from services.community.repository import SignIns, UnitOfWork
from tests.service.community.conftest import SENDER, Asked, Browser, Community, bearer, errors
from tests.support.crowds import at_once
from tests.support.harness import OtherService, Person, problem


def wrong(code: str) -> str:
    """Another six digits."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize("proof", ["code", "token"])
def test_a_mail_signs_in_by_its_code_and_by_its_link(community: Community, proof: str) -> None:
    """The session comes with a token that the API takes, and the person comes into being."""
    asked = community.ask("Ada@Test.example")

    answer = community.complete(asked, **{proof: community.mail(asked)[proof]})

    assert answer.status_code == 200
    me = community.get("/people/me", headers=bearer(answer.json["access_token"])).json
    assert (me["id"], me["email"]) == (answer.json["person"]["id"], "Ada@Test.example")
    assert community.count("sessions") == 1


def test_the_answer_is_the_same_for_known_and_unknown_addresses(community: Community) -> None:
    """Status, headers and the names of the fields; only the id differs."""
    community.sign_in("ada@test.example")

    known = community.request_sign_in("ada@test.example")
    unknown = community.request_sign_in("bob@test.example")

    assert known.status_code == unknown.status_code == 202
    assert known.json.keys() == unknown.json.keys() == {"id", "expires_at"}
    assert known.json["expires_at"] == unknown.json["expires_at"]
    assert dict(known.headers) == dict(unknown.headers)
    assert len(known.data) == len(unknown.data)


def test_the_address_is_compared_without_case(community: Community) -> None:
    """With Vietnamese letters too, and spaces around it do not count: one person."""
    ids = {
        community.sign_in(address)["person"]["id"]
        for address in ("hồng@test.example", "HỒNG@TEST.example", " Hồng@Test.Example ")
    }

    assert len(ids) == 1
    assert community.count("people") == 1


@pytest.mark.parametrize(
    ("theirs", "alike"),
    [("strasse@test.example", "straße@test.example"), ("fi@test.example", "\ufb01@test.example")],
)
def test_letters_that_only_look_alike_are_other_addresses(
    community: Community, theirs: str, alike: str
) -> None:
    """ß is not ss: whoever reads the mail of one must not come in as the other."""
    victim = community.sign_in(theirs)["person"]["id"]

    assert community.sign_in(alike)["person"]["id"] != victim


@pytest.mark.parametrize("proof", ["code", "token"])
def test_a_mail_signs_in_once(community: Community, proof: str) -> None:
    """Neither it nor its other half works again."""
    asked = community.ask("ada@test.example")
    mail = community.mail(asked)
    community.complete(asked, **{proof: mail[proof]})

    again = [community.complete(asked, **{name: mail[name]}) for name in ("code", "token")]

    assert [(answer.status_code, problem(answer)) for answer in again] == [
        (400, "sign-in-failed"),
        (400, "sign-in-failed"),
    ]
    assert community.count("sessions") == 1


def test_50_completions_at_once_make_one_session(community: Community) -> None:
    """By code and by link, at the same moment."""
    asked = community.ask("ada@test.example")
    mail = community.mail(asked)

    def act(number: int) -> int:
        name = "code" if number % 2 else "token"
        return int(community.complete(asked, **{name: mail[name]}).status_code)

    assert Counter(at_once(50, act)) == {200: 1, 400: 49}
    assert community.count("sessions") == 1
    assert community.count("people") == 1


def test_a_mail_works_for_ten_minutes(community: Community) -> None:
    """A second before its end it does, at its end it does not."""
    in_time, too_late = community.ask("ada@test.example"), community.ask("grace@test.example")
    mails = [community.mail(asked) for asked in (in_time, too_late)]

    community.clock.advance(minutes=9, seconds=59)
    first = community.complete(in_time, code=mails[0]["code"])
    community.clock.advance(seconds=1)
    second = community.complete(too_late, token=mails[1]["token"])

    assert first.status_code == 200
    assert problem(second) == "sign-in-failed"


def test_four_wrong_codes_are_forgiven_and_five_are_not(community: Community) -> None:
    """After the fifth even the right code and the link fail, and the mail is not sent again."""
    forgiven, spent = community.ask("ada@test.example"), community.ask("grace@test.example")
    mails = [community.mail(asked) for asked in (forgiven, spent)]

    for asked, mail, times in ((forgiven, mails[0], 4), (spent, mails[1], 5)):
        for _ in range(times):
            assert problem(community.complete(asked, code=wrong(mail["code"]))) == "sign-in-failed"

    assert community.complete(forgiven, code=mails[0]["code"]).status_code == 200
    assert community.complete(spent, code=mails[1]["code"]).status_code == 400
    assert community.complete(spent, token=mails[1]["token"]).status_code == 400
    assert community.delivery(spent.id) == []


def test_20_wrong_codes_at_once_are_counted_one_by_one(community: Community) -> None:
    """No guesser gets more than five tries by being quick."""
    asked = community.ask("ada@test.example")
    code = wrong(community.mail(asked)["code"])

    at_once(20, lambda _: community.complete(asked, code=code).status_code)

    assert community.count("sign_ins WHERE wrong_codes = 5") == 1


def test_only_the_browser_that_asked_can_complete(community: Community) -> None:
    """Neither a forwarded link nor a code read aloud works elsewhere; there it still does."""
    asked = community.ask("ada@test.example")
    mail = community.mail(asked)

    elsewhere = [
        community.complete(asked, by_browser=Browser(), **{name: mail[name]})
        for name in ("code", "token")
    ]

    assert [problem(answer) for answer in elsewhere] == ["sign-in-failed", "sign-in-failed"]
    assert community.count("sessions") == 0
    assert community.complete(asked, token=mail["token"]).status_code == 200


def test_the_secrets_of_one_mail_do_not_open_another(community: Community) -> None:
    """Asked for twice by the same browser: each mail has its own."""
    first, second = community.ask("ada@test.example"), community.ask("ada@test.example")
    mail = community.mail(first)

    answer = community.complete(Asked(second.id, second.browser), token=mail["token"])

    assert problem(answer) == "sign-in-failed"
    assert community.mail(second)["token"] != mail["token"]


def test_why_it_failed_is_not_said(community: Community) -> None:
    """Unknown, used, expired, wrong, other browser: the same bytes."""
    used, old, wrong_code, other = (community.ask(f"{n}@test.example") for n in "abcd")
    mails = [community.mail(asked) for asked in (used, old, wrong_code, other)]
    community.complete(used, code=mails[0]["code"])

    answers = [
        community.complete(used, code=mails[0]["code"]),
        community.complete(wrong_code, code=wrong(mails[2]["code"])),
        community.complete(other, by_browser=Browser(), code=mails[3]["code"]),
        community.complete(Asked(str(Person().id), Browser()), code="123456"),
    ]
    community.clock.advance(minutes=10)
    answers.append(community.complete(old, code=mails[1]["code"]))

    assert len({answer.data for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


def test_reading_never_consumes(community: Community) -> None:
    """There is no GET or HEAD of a sign-in: 20 scanners pass by, then the person signs in."""
    asked = community.ask("ada@test.example")
    token = community.mail(asked)["token"]

    for method in ("GET", "HEAD") * 10:
        answer = community.call(method, f"/sign-ins/{asked.id}/complete?token={token}")
        assert answer.status_code == 405

    assert community.complete(asked, token=token).status_code == 200


def test_five_mails_an_address_in_a_quarter_of_an_hour(community: Community) -> None:
    """The sixth is refused with when to come back, for that address alone, however it is written."""
    for _ in range(5):
        community.ask("ada@test.example")

    sixth = community.request_sign_in("ADA@test.example")
    other = community.request_sign_in("grace@test.example")
    community.clock.advance(minutes=15)
    later = community.request_sign_in("ada@test.example")

    assert (sixth.status_code, problem(sixth)) == (429, "too-many-sign-ins")
    assert sixth.headers["Retry-After"] == "900"
    assert (other.status_code, later.status_code) == (202, 202)
    assert len(community.published("sign_in.requested")) == 7


def test_20_requests_at_once_for_one_address_send_five_mails(community: Community) -> None:
    """The budget is counted while nobody else spends it."""
    answers = at_once(
        20,
        lambda _: (
            community.app.test_client()
            .post("/v1/sign-ins", json={"email": "ada@test.example", "browser": Browser().digest})
            .status_code
        ),
    )

    assert Counter(answers) == {202: 5, 429: 15}
    assert len(community.published("sign_in.requested")) == 5


def test_a_repeat_with_its_key_sends_one_mail(community: Community) -> None:
    """The same answer again. Nobody knows who is anonymous, so another address under that key is another caller's."""
    browser = Browser()

    first, again = (
        community.request_sign_in("ada@test.example", browser, key="form-1") for _ in range(2)
    )
    other = community.request_sign_in("grace@test.example", browser, key="form-1")

    assert (again.status_code, again.json) == (202, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 202
    assert other.json["id"] != first.json["id"]
    assert len(community.published("sign_in.requested")) == 2


def test_what_the_mail_says_is_told_to_the_sender_alone(community: Community) -> None:
    """Not to web, not to the person, not to an administrator."""
    asked = community.ask("ada@test.example")
    body = {"ids": [asked.id]}

    codes = [
        community.post("/sign-ins/delivery", body, by=by).status_code
        for by in (None, Person(), Person(admin=True), OtherService("web"), SENDER)
    ]

    assert codes == [401, 403, 403, 403, 200]


def test_a_mail_that_is_sent_twice_says_the_same(community: Community) -> None:
    """Address, language, six digits, a token of 256 bits."""
    asked = community.ask("ada@test.example", written_in="en")

    first, second = community.mail(asked), community.mail(asked)

    assert first == second
    assert (first["address"], first["language"]) == ("ada@test.example", "en")
    assert len(first["code"]) == 6
    assert first["code"].isdigit()
    assert len(bytes.fromhex(first["token"])) == 32


def test_a_sign_in_that_is_over_is_left_out_of_the_delivery(community: Community) -> None:
    """Used, expired and unknown ones; those that are open stay."""
    old = community.ask("old@test.example")
    community.clock.advance(minutes=5)
    used, open_ = community.ask("used@test.example"), community.ask("open@test.example")
    community.complete(used, code=community.mail(used)["code"])
    community.clock.advance(minutes=5)

    told = community.delivery(old.id, used.id, open_.id, str(Person().id))

    assert [mail["id"] for mail in told] == [open_.id]


def test_the_message_and_the_table_hold_no_secret(community: Community) -> None:
    """The message has an id and a language; the row has neither code, token nor nonce."""
    asked = community.ask("ada@test.example")
    mail = community.mail(asked)
    session = community.complete(asked, code=mail["code"]).json["session"]

    (told,) = community.published("sign_in.requested")
    with community.deps.unit_of_work(read_only=True) as uow:
        row = uow.session.get(SignIn, UUID(asked.id))
        kept = [str(value) for value in vars(row).values()]

    assert told.data == {"id": asked.id, "language": "vi"}
    assert told.subject == asked.id
    for secret in (mail["code"], mail["token"], asked.browser.nonce):
        assert secret not in kept
    assert community.count(f"sessions WHERE secret_digest = '{session}'") == 0


def test_wrong_fields_are_named_in_the_callers_language(community: Community) -> None:
    """A bad address, a browser that is no digest; neither code nor token, or both."""
    body = {"email": "not an address", "browser": "x"}
    proof = {"browser_nonce": "x"}
    path = f"/sign-ins/{Person().id}/complete"

    assert errors(community.post("/sign-ins", body)) == {
        "email": "Địa chỉ thư điện tử không đúng.",
        "browser": "Không đúng dạng.",
    }
    assert errors(community.post("/sign-ins", body, language="en")) == {
        "email": "That is not a valid mail address.",
        "browser": "It does not have the right form.",
    }
    assert errors(community.post(path, proof)) == {"code": "Xin nhập mã sáu chữ số."}
    assert errors(community.post(path, proof | {"code": "1", "token": "2"}, language="en")) == {
        "code": "Please enter the six-digit code."
    }


@pytest.mark.parametrize(
    "address",
    [
        "a@test.example\nBcc: b@test.example",
        "a@b@test.example",
        "@test.example",
        "a" * 250 + "@a.vn",
    ],
)
def test_what_is_no_address_gets_no_mail(community: Community, address: str) -> None:
    """Lines of a header, two @, nobody, too long."""
    assert list(errors(community.request_sign_in(address))) == ["email"]
    assert community.published() == []


class Unlocked(SignIns):
    """The repository with its guard taken out."""

    def lock(self, sign_in_id: UUID) -> SignIn | None:
        return self._session.get(SignIn, sign_in_id)


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_without_the_lock_one_mail_signs_in_several_times(community: Community) -> None:
    """Negative control, where rows are locked at all: the same rule, read without holding the row."""
    community.sign_in("ada@test.example")
    asked = community.ask("ada@test.example")
    code, sign_in_id = community.mail(asked)["code"], UUID(asked.id)
    barrier = Barrier(4)

    class Together(UnitOfWork):
        """Everybody has read the sign-in before anybody uses it."""

        def __enter__(self) -> Together:
            super().__enter__()
            self.sign_ins = Unlocked(self.session)
            self.held = self.sign_ins.lock(sign_in_id)
            barrier.wait(timeout=10)
            return self

    def act(_: int) -> bool:
        proof = {"browser_nonce": asked.browser.nonce, "code": code, "token": None}
        with Together(community.database) as uow:
            done = operations.complete_sign_in(
                uow,
                community.deps.secrets,
                sign_in_id=sign_in_id,
                now=community.clock.now(),
                **proof,
            )
        return done is not None

    assert at_once(4, act) == [True] * 4
    assert community.count("sessions") == 5
