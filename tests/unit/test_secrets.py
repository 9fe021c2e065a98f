"""The secrets of a deployment: made once, and refused in one line where they cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.secrets import load_or_make, load_or_make_for_containers
from deploy.unable import Unable


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """A new key would end every session and void every ticket."""
    assert load_or_make(tmp_path) == load_or_make(tmp_path)


@pytest.mark.parametrize("content", ["", "not a key", "{}", '{"kty": "OKP"}'])
def test_a_key_that_is_none_is_named_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    """Nobody's key is replaced by guessing."""
    load_or_make(tmp_path)
    (tmp_path / "signing_key").write_text(content)

    with pytest.raises(Unable, match=r"signing_key is .*; restore it, or remove it"):
        load_or_make(tmp_path)
    assert (tmp_path / "signing_key").read_text() == content


@pytest.mark.parametrize("gone", ["service_clients", "notifications_client_secret"])
def test_half_of_a_pair_is_refused(tmp_path: Path, gone: str) -> None:
    """The other half made anew would not agree with it."""
    load_or_make(tmp_path)
    (tmp_path / gone).unlink()

    with pytest.raises(Unable, match=r"without the other of .* restore that, or remove both"):
        load_or_make(tmp_path)


def test_the_secrets_of_containers_are_readable_for_their_users_whatever_the_umask(
    tmp_path: Path,
) -> None:
    """Containers run as users of their own; the folder keeps everybody else out."""
    before = os.umask(0o077)
    try:
        load_or_make_for_containers(tmp_path / "secrets")
    finally:
        os.umask(before)

    assert (tmp_path / "secrets" / "signing_key").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
