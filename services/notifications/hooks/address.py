"""Which addresses a partner may name, and which of them this service may reach.

An address is typed by a stranger and called from inside the deployment (SSRF), so only the public network is reached.
`ipaddress.is_global` is no guard: it says True of 64:ff9b::/96, 2002::/16, 192.0.0.192 and multicast.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpx2

from shared.text import Text

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry, and what RFCs add.
_REFUSED: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers (CGNAT)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnels (AMT)
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # IPv4 behind NAT64
        "64:ff9b:1::/48",  # the same, locally
        "100::/64",  # discarded
        "2001::/23",  # Teredo, benchmarks, ORCHID and other protocols
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)
# Whatever else may be assigned one day: only this part is routed between networks (RFC 4291, section 2.4).
_PUBLIC_V6 = IPv6Network("2000::/3")

_AUTHORITY = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")
# What resolvers and browsers read as an IPv4 address, however it is written.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class AddressRefused(Exception):
    """An address of the network that is not to be reached."""


class BadUrl(ValueError):
    """Not the address of a partner's system; `text` says what to do about it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Reach:
    """How far webhooks reach: over https to the public network, and whatever the settings add."""

    http: bool = False
    networks: tuple[Network, ...] = ()

    @classmethod
    def named(cls, networks: Iterable[str], *, http: bool) -> Reach:
        """As the settings name it; ValueError for what is no network."""
        return cls(http, tuple(ip_network(one.strip()) for one in networks if one.strip()))

    def allows(self, address: Address) -> bool:
        if any(address.version == one.version and address in one for one in self.networks):
            return True
        if isinstance(address, IPv6Address) and (
            address not in _PUBLIC_V6 or address.scope_id is not None
        ):
            return False
        return not any(address.version == one.version and address in one for one in _REFUSED)

    def checked(self, found: str) -> Address:
        """An address that a resolver gave; AddressRefused if it is not to be reached."""
        try:
            address = ip_address(found)
        except ValueError:
            raise AddressRefused from None
        if not self.allows(address):
            raise AddressRefused
        return address

    def url(self, typed: str) -> httpx2.URL:
        """The address of a system, in the one form that is kept and called; BadUrl where it is none.

        A name is looked up only when it is called, every time anew, and checked then: see `network`.
        """
        scheme, authority = _parts(typed)
        if scheme != "https" and not (self.http and scheme == "http"):
            raise BadUrl(_NOT_HTTPS)
        if "@" in authority:
            raise BadUrl(_USERINFO)
        try:
            # The default port is dropped only after a scheme in small letters.
            url = httpx2.URL(scheme + typed.strip()[len(scheme) :])
        except httpx2.InvalidURL:
            raise BadUrl(_NOT_WHOLE) from None
        if url.fragment or (url.port is not None and not 0 < url.port < 65536):
            raise BadUrl(_NOT_WHOLE)
        self._check_host(url.raw_host.decode("ascii"), bracketed=authority.startswith("["))
        return url

    def _check_host(self, host: str, *, bracketed: bool) -> None:
        labels = host.split(".")
        if bracketed or _NUMBER.fullmatch(labels[-1]):
            try:
                address = ip_address(host)
            except ValueError:
                # Not the usual form: 2130706433, 0x7f.1, 127.1, 0177.0.0.1, a zone.
                raise BadUrl(_NOT_WHOLE) from None
            if not self.allows(address):
                raise BadUrl(_NOT_PUBLIC)
        elif not all(_LABEL.fullmatch(label) for label in labels):
            raise BadUrl(_NOT_WHOLE)
        elif len(labels) < 2 or len(host) > 253:
            raise BadUrl(_NOT_PUBLIC)


def _parts(typed: str) -> tuple[str, str]:
    """Scheme and authority as every parser would cut them; BadUrl where two might differ."""
    text = typed.strip()
    found = _AUTHORITY.match(text)
    # Dots of other scripts, backslashes and escapes: programs do not agree on what they mean.
    if found is None or re.search(r"[\s\x00-\x20\x7f\\]", text):
        raise BadUrl(_NOT_WHOLE)
    if re.search(r"[%\u3002\uff0e\uff61]", found[1]):
        raise BadUrl(_NOT_WHOLE)
    return text.partition(":")[0].lower(), found[1]


_NOT_WHOLE = Text(
    "Xin nhập cả địa chỉ, ví dụ https://hethong.example/webhook.",
    "Please give the whole address, for example https://system.example/webhook.",
)
_NOT_HTTPS = Text(
    "Địa chỉ phải bắt đầu bằng https://.",
    "The address has to begin with https://.",
)
_USERINFO = Text(
    "Xin bỏ tên và mật khẩu khỏi địa chỉ; hệ thống của bạn nhận ra chúng tôi bằng chữ ký.",
    "Please leave name and password out of the address; your system knows us by the signature.",
)
_NOT_PUBLIC = Text(
    "Địa chỉ này không ở trên mạng công cộng. Xin dùng địa chỉ mà ai cũng gọi được từ Internet.",
    "That address is not on the public network. Please use one that can be reached from the Internet.",
)
