"""Webhook addresses: typed by strangers, called from inside. No packet leaves for what is not public."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpcore2
import pytest

from services.notifications.hooks.address import AddressRefused, BadUrl, Reach
from services.notifications.hooks.network import CheckedNetwork, Deadline, NameUnknown

_INSIDE = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
    169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.0.8 192.0.2.1
    192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1
    198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8
    64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::1
    2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3fff::1 4000::1 5f00::1
    fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fe90::1 febf::1 fec0::1 ff02::1 ff0e::1
    2606:4700::1111%eth0
"""
_OUTSIDE = "8.8.8.8 1.1.1.1 103.1.1.1 172.32.0.1 100.128.0.1 198.20.0.1 192.0.1.1 2606:4700::1111 2001:4860:4860::8888"
NOT_PUBLIC, PUBLIC = _INSIDE.split(), _OUTSIDE.split()


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_address_inside_is_reached(address: str) -> None:
    """Whatever a name answers with."""
    with pytest.raises(AddressRefused):
        Reach().checked(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    """Neighbours of what is refused among them."""
    assert str(Reach().checked(address)) == address


def test_networks_that_a_setting_names_are_reached_and_no_others() -> None:
    """For an intranet, and for tests."""
    reach = Reach.named(["10.1.0.0/16", " fd12::/16 "], http=False)

    assert reach.allows(reach.checked("10.1.2.3"))
    assert reach.allows(reach.checked("fd12::1"))
    for other in ("10.2.0.1", "::ffff:10.1.2.3", "fd13::1"):
        with pytest.raises(AddressRefused):
            reach.checked(other)
    with pytest.raises(ValueError, match="10"):
        Reach.named(["10.1.0.0/99"], http=False)


@pytest.mark.parametrize(
    "typed",
    [
        *(f"https://[{one}]/hook" if ":" in one else f"https://{one}/hook" for one in NOT_PUBLIC),
        "http://partner.example/hook",
        "ftp://partner.example/hook",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "partner.example/hook",
        "//partner.example/hook",
        "https:partner.example",
        "https:///hook",
        "https://",
        "https://localhost/hook",
        "https://localhost:8000/hook",
        "https://community/hook",
        "https://partner.example./hook",
        "https://127.0.0.1./hook",
        "https://2130706433/hook",
        "https://0x7f000001/hook",
        "https://0x7f.0.0.1/hook",
        "https://0x7f.1/hook",
        "https://0177.0.0.1/hook",
        "https://017700000001/hook",
        "https://127.1/hook",
        "https://127.0.1/hook",
        "https://0/hook",
        "https://1.2.3.4.5/hook",
        "https://partner.example.0x1/hook",
        "https://１２７.0.0.1/hook",
        "https://①②⑦.0.0.1/hook",
        "https://127。0。0。1/hook",
        "https://127．0．0．1/hook",
        "https://127｡0｡0｡1/hook",
        "https://partner。example/hook",
        "https://%31%32%37.0.0.1/hook",
        "https://[::1%25eth0]/hook",
        "https://[::1]/hook",
        "https://[127.0.0.1]/hook",
        "https://[v1.x]/hook",
        "https://user@partner.example/hook",
        "https://user:pass@partner.example/hook",
        "https://@partner.example/hook",
        "https://partner.example@127.0.0.1/hook",
        "https://partner.example\\@127.0.0.1/hook",
        "https://partner.example#@127.0.0.1/",
        "https://partner.example/hook#part",
        "https://partner.example:0/hook",
        "https://partner.example:99999/hook",
        "https://partner.example:x/hook",
        "https://part ner.example/hook",
        "https://partner.example/ho ok",
        "https://partner.example/\r\nHost: x",
        "https://partner.example/\x00",
        "https://-partner.example/hook",
        "https://partner..example/hook",
        f"https://{'a' * 64}.vn/hook",
        f"https://{'a.' * 130}vn/hook",
        "",
    ],
)
def test_an_address_that_is_none_or_leads_inside_is_refused_when_typed(typed: str) -> None:
    """Literals in every form, names inside, userinfo, and what two programs might read differently."""
    with pytest.raises(BadUrl):
        Reach().url(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://partner.example/hook?k=1", "https://partner.example/hook?k=1"),
        (" HTTPS://Partner.Example.VN:443/Hook ", "https://partner.example.vn/Hook"),
        ("https://partner.example:8443/hook", "https://partner.example:8443/hook"),
        ("https://đốithoại.vn/nhận", "https://xn--ithoi-4ya4904c3ka.vn/nh%E1%BA%ADn"),
        ("https://8.8.8.8/hook", "https://8.8.8.8/hook"),
        ("https://[2606:4700::1111]/hook", "https://[2606:4700::1111]/hook"),
    ],
)
def test_a_public_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    """The form that is called. Any port is good: a partner's system stands where it stands."""
    assert str(Reach().url(typed)) == kept


class Listener:
    """Something that listens on this machine, where nothing should ever knock."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]

    def was_called(self) -> bool:
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.socket.close()


class Names:
    """A resolver whose answers change: the first question gets the first answer, and so on."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def network(names: Names, *allowed: str, seconds: float = 5) -> CheckedNetwork:
    reach = Reach.named(allowed, http=True)
    return CheckedNetwork(reach, Deadline(seconds), connect_seconds=seconds, resolve=names)


def test_a_name_that_leads_inside_is_not_connected_to(listener: Listener) -> None:
    """Not even when another of its addresses is public."""
    for answer in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]):
        with pytest.raises(AddressRefused):
            network(Names(answer)).connect_tcp("partner.example", listener.port)

    assert not listener.was_called()


def test_what_was_checked_is_what_is_connected_to(listener: Listener) -> None:
    """Rebinding: a second look-up would lead elsewhere, so there is none."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])

    stream = network(names, "127.0.0.0/8").connect_tcp("partner.example", listener.port)

    assert stream.get_extra_info("server_addr") == ("127.0.0.1", listener.port)
    assert names.asked == 1
    with pytest.raises(AddressRefused):
        network(names, "127.0.0.0/8").connect_tcp("partner.example", listener.port)
    stream.close()


def test_a_name_without_an_address_and_a_resolver_that_does_not_answer_end_in_time() -> None:
    """As a connection that fails does."""
    asked, answer = threading.Event(), threading.Event()

    def never(host: str, port: int) -> list[str]:
        asked.set()
        answer.wait(10)
        return []

    with pytest.raises(NameUnknown):
        network(Names([])).connect_tcp("partner.example", 443)
    waiting = CheckedNetwork(Reach(), Deadline(0.05), connect_seconds=9, resolve=never)
    with pytest.raises(httpcore2.ConnectTimeout):
        waiting.connect_tcp("partner.example", 443)

    assert asked.is_set()
    answer.set()
