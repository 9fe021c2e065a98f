"""One call of a partner's system: signed as the standard says, and over in time whatever the other side does."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.hooks.address import Reach
from services.notifications.hooks.sender import LONGEST_KEPT, MOST_READ, Answer, Sender
from services.notifications.hooks.signing import new_secret, signed
from services.notifications.models import Result
from tests.service.notifications.partners import LOCAL, Partner, unused_port

BODY = json.dumps({"type": "event.changed", "data": {"title": "Đối thoại"}}, ensure_ascii=False)


@pytest.fixture
def partner() -> Iterator[Partner]:
    system = Partner()
    yield system
    system.close()


def sender(*, seconds: float = 5.0) -> Sender:
    return Sender(Reach.named(LOCAL, http=True), seconds=seconds)


def send(url: str, *, seconds: float = 5.0, hidden: tuple[str, ...] = ()) -> Answer:
    return sender(seconds=seconds).send(url, BODY, headers={}, hidden=hidden)


# Signing


def test_the_standards_own_example_gets_the_standards_signature() -> None:
    """The vector that the reference libraries are tested with."""
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}',
        at=datetime.fromtimestamp(1614265330, UTC),
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_standards_verifier_takes_ours_with_either_secret_and_with_no_other() -> None:
    """While a secret is being replaced both sign."""
    old, new = new_secret(), new_secret()

    headers = signed("id", BODY, at=datetime.now(UTC), secrets=[new, old])

    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers)["type"] == "event.changed"
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(BODY.replace("event", "Event"), headers)


def test_secrets_are_as_long_as_the_standard_asks_and_never_the_same() -> None:
    """24 to 64 bytes."""
    made = {new_secret() for _ in range(100)}

    assert len(made) == 100
    assert all(one.startswith("whsec_") and len(one) == 6 + 44 for one in made)


# Answers


@pytest.mark.parametrize(
    ("status", "result", "why"),
    [
        (200, Result.DELIVERED, ""),
        (204, Result.DELIVERED, ""),
        (301, Result.TEMPORARY, "redirect"),
        (307, Result.TEMPORARY, "redirect"),
        (400, Result.TEMPORARY, "http-400"),
        (404, Result.TEMPORARY, "http-404"),
        (410, Result.PERMANENT, "gone"),
        (429, Result.TEMPORARY, "http-429"),
        (500, Result.TEMPORARY, "http-500"),
    ],
)
def test_what_an_answer_means(partner: Partner, status: int, result: Result, why: str) -> None:
    """Only 2xx is a delivery, only 410 is for good."""
    partner.status = status

    answer = send(partner.url)

    assert (answer.status, answer.outcome.result, answer.outcome.why) == (status, result, why)


def test_a_call_carries_the_body_as_it_was_signed_and_nothing_of_ours(partner: Partner) -> None:
    """JSON in UTF-8; no compression is asked for, no cookie and no token sent."""
    sender().send(f"{partner.url}?k=1", BODY, headers={"webhook-id": "x"})

    (call,) = partner.calls
    assert (call.path, call.body.decode(), call.id) == ("/hook?k=1", BODY, "x")
    assert call.headers["host"] == f"127.0.0.1:{partner.port}"
    assert call.headers["content-type"] == "application/json; charset=utf-8"
    assert set(call.headers) == {
        "host", "content-type", "content-length", "accept-encoding", "user-agent", "connection", "webhook-id"
    }  # fmt: skip


def test_a_redirect_is_not_followed(partner: Partner) -> None:
    """Neither elsewhere nor to itself."""
    other = Partner()
    partner.status, partner.headers = 307, {"Location": other.url}

    answer = send(partner.url)
    other.close()

    assert (answer.outcome.why, len(partner.calls), other.calls) == ("redirect", 1, [])


def test_what_is_inside_is_not_called(partner: Partner) -> None:
    """Without the setting, by a literal and by a name that leads there."""
    for url, resolver in (
        (partner.url, None),
        (f"http://partner.example:{partner.port}/", lambda *_: ["127.0.0.1"]),
    ):
        reach = Reach(http=True)
        calling = Sender(reach, resolve=resolver) if resolver else Sender(reach)
        assert calling.send(url, BODY, headers={}).outcome.why == "not-public"

    assert partner.calls == []


def test_an_environment_that_names_a_proxy_changes_nothing(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would look names up for itself."""
    proxy = Partner()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

    assert send(partner.url).status == 200
    proxy.close()
    assert proxy.calls == []


def test_of_a_large_answer_only_the_beginning_is_read(partner: Partner) -> None:
    """10 MB: what is not read cannot be sent, so the other side is cut off."""
    written = 0

    def flood(handler: Any) -> None:
        nonlocal written
        partner.body = b"x" * 10_000_000
        partner.begin(handler)
        for _ in range(1000):
            handler.wfile.write(b"x" * 10_000)
            written += 10_000

    partner.answer = flood
    answer = send(partner.url)

    assert (answer.status, len(answer.text)) == (200, LONGEST_KEPT)
    assert MOST_READ <= 64 * 1024
    assert written < 10_000_000


@pytest.mark.parametrize("manner", ["never", "trickle", "trickle_body"])
def test_a_slow_answer_ends_in_time(partner: Partner, manner: str) -> None:
    """One that never comes, one whose header and one whose body does not end: a byte a moment gains nothing."""
    partner.body = b"x" * 1_000_000
    partner.answer = getattr(partner, manner)

    began = time.monotonic()
    answer = send(partner.url, seconds=0.3)

    assert time.monotonic() - began < 3
    if manner == "trickle_body":
        # It said that it has it; how it goes on is its own affair.
        assert (answer.status, answer.outcome.result) == (200, Result.DELIVERED)
    else:
        assert (answer.status, answer.outcome.why) == (None, "timeout")
    assert answer.milliseconds >= 290


def test_what_went_wrong_is_named(partner: Partner) -> None:
    """So that a partner can see whose fault it is."""
    partner.answer = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    assert send(partner.url).outcome.why == "cut"
    assert send(f"http://127.0.0.1:{unused_port()}/").outcome.why == "no-connection"
    assert send(partner.url.replace("http:", "https:")).outcome.why == "tls"
    nowhere = Sender(Reach(), resolve=lambda *_: [])
    assert nowhere.send("https://x.example/", BODY, headers={}).outcome.why == "no-such-name"


def test_an_answer_is_kept_short_and_without_secrets(partner: Partner) -> None:
    """Systems that repeat what they got are common; so are error pages of a megabyte."""
    secret = new_secret()
    headers = signed("id", BODY, at=datetime.now(UTC), secrets=[secret])
    echo = f"no:\r\n {secret} {secret[6:]} {headers['webhook-signature']} \x00\x1b[31m đã nhận\n"
    partner.status, partner.body = 500, echo.encode() + b"\xff" + b"y" * 5000

    answer = send(partner.url, hidden=(secret, secret[6:]))

    assert answer.text.startswith("no: … … … [31m đã nhận \ufffdyyy")
    assert len(answer.text) == LONGEST_KEPT
    assert answer.text.endswith("…")
    assert secret[6:] not in answer.text


def test_the_certificate_is_that_of_the_name_and_not_of_the_address(
    partner: Partner, tmp_path: Path
) -> None:
    """Connected to an address, the other side still has to be who the name says."""
    make_tls = _with_tls(partner, tmp_path, name="partner.example")
    reach = Reach.named(LOCAL, http=False)
    calling = Sender(reach, resolve=lambda *_: ["127.0.0.1"], make_tls=make_tls)

    good = calling.send(f"https://partner.example:{partner.port}/", BODY, headers={})
    bad = calling.send(f"https://other.example:{partner.port}/", BODY, headers={})

    assert (good.status, bad.outcome.why) == (200, "tls")
    assert len(partner.calls) == 1


def _with_tls(partner: Partner, folder: Path, *, name: str) -> Callable[[], ssl.SSLContext]:
    """Let a partner speak TLS with a certificate of its own; what makes a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "system.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    partner.wrap(serving)
    return lambda: ssl.create_default_context(cafile=str(pem))
