"""A token is verified once, and good no longer than it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.tokens import LIFETIME, InvalidToken, Signer, Verifier, new_key
from tests.support.clocks import FixedClock
from tests.support.harness import Person


def test_a_token_that_was_good_is_refused_when_its_time_is_over():
    """Also where it was seen before, and before the moment at which it was issued."""
    clock, signer = FixedClock(), Signer(new_key())
    verifier = Verifier(signer.public_keys)
    person = Person()
    token, _ = signer.issue(person.claims(), now=clock.now())

    assert verifier.caller(token, now=clock.now()).person_id == person.id
    assert verifier.caller(token, now=clock.now() + LIFETIME / 2).person_id == person.id
    for wrong in (LIFETIME + timedelta(seconds=6), -timedelta(minutes=1)):
        with pytest.raises(InvalidToken):
            verifier.caller(token, now=clock.now() + wrong)


def test_a_token_is_verified_once_and_a_changed_one_anew():
    """Keys are fetched once; one letter more is another token."""
    clock, signer = FixedClock(), Signer(new_key())
    asked: list[Any] = []

    def fetch() -> dict[str, Any]:
        asked.append(None)
        return signer.public_keys()

    verifier = Verifier(fetch)
    token, _ = signer.issue(Person().claims(), now=clock.now())
    first = verifier.caller(token, now=clock.now())

    assert verifier.caller(token, now=clock.now()) is first
    assert len(asked) == 1
    with pytest.raises(InvalidToken):
        verifier.caller(f"{token}A", now=clock.now())
