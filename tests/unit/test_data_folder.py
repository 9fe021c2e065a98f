"""The folder of a platform's data: private, and for one platform at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.folder import held, held_anew, of_demo
from deploy.unable import Unable


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
def test_the_folder_and_what_is_made_in_it_is_for_its_owner_alone(
    tmp_path: Path, there: bool
) -> None:
    """Mails with codes and tickets lie in it."""
    data = tmp_path / "data"
    if there:
        data.mkdir(mode=0o755)

    with held(data):
        (data / "outbox").mkdir()
        (data / "outbox" / "mail.eml").write_text("code 123 456")

    assert [mode(data), mode(data / "outbox")] == [0o700, 0o700]
    assert mode(data / "outbox" / "mail.eml") == 0o600


def test_a_folder_of_an_earlier_release_becomes_private(tmp_path: Path) -> None:
    """It is known by its secrets."""
    (tmp_path / "secrets").mkdir()
    tmp_path.chmod(0o755)

    with held(tmp_path):
        assert mode(tmp_path) == 0o700


def test_a_folder_with_the_files_of_others_keeps_its_mode(tmp_path: Path) -> None:
    """Somebody may name /tmp."""
    (tmp_path / "letters.txt").write_text("")
    tmp_path.chmod(0o755)

    with held(tmp_path):
        assert mode(tmp_path) == 0o755


def test_a_folder_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    """The refusal names who holds it and the way out, in one line."""
    with held(tmp_path):
        with (
            pytest.raises(
                Unable, match=r"in use by another platform \(process \d+\).*--data"
            ) as no,
            held(tmp_path),
        ):
            pass
        assert "\n" not in str(no.value)

    with held(tmp_path):
        pass


def test_a_demo_begins_anew_but_not_under_one_that_runs(tmp_path: Path) -> None:
    """A second one empties nothing."""
    with held_anew(tmp_path):
        (tmp_path / "community.db").write_text("running")
        with pytest.raises(Unable), held_anew(tmp_path):
            pass
        assert (tmp_path / "community.db").read_text() == "running"

    with held_anew(tmp_path):
        assert not (tmp_path / "community.db").exists()


def test_a_demo_never_empties_what_was_served(tmp_path: Path) -> None:
    """Its own mark is what it goes by, not the lock that both leave."""
    with held(tmp_path):
        (tmp_path / "community.db").write_text("kept")

    with pytest.raises(Unable, match="something else"), held_anew(tmp_path):
        pass
    assert (tmp_path / "community.db").read_text() == "kept"


def test_demos_on_two_ports_have_a_folder_each() -> None:
    """So that the hint "choose another with PORT=8001" works beside a running one."""
    assert of_demo(8000) != of_demo(8001)
