"""A programme that was begun by mistake goes again, as long as nothing belongs to it."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from shared.ids import new_id
from tests.service.events.conftest import Events
from tests.service.events.test_programmes import begin
from tests.support.harness import Person, problem


def delete(events: Events, programme: dict[str, Any], *, match: str = "*", **how: Any) -> TestResponse:  # fmt: skip
    headers = {"If-Match": match} if match else {}
    path = f"/programmes/{programme['id']}"
    return events.call("DELETE", path, headers=headers, **({"by": events.organiser} | how))


def test_a_programme_without_events_is_deleted_with_its_items_and_that_is_logged(
    events: Events,
) -> None:
    programme = begin(events)

    with capture_logs() as said:
        assert delete(events, programme).status_code == 204

    assert events.get(f"/programmes/{programme['id']}").status_code == 404
    assert (events.count("programmes"), events.count("owed_events")) == (0, 0)
    [line] = [one for one in said if one["event"] == "a programme was deleted"]
    assert (str(line["programme"]), line["year"]) == (programme["id"], 2026)
    assert delete(events, programme).status_code == 404


@pytest.mark.parametrize("owed", [True, False], ids=["paying an item", "beside the items"])
def test_a_programme_that_events_belong_to_stays(events: Events, owed: bool) -> None:
    """A draft is enough; once it is taken out, the programme can go."""
    programme = begin(events)
    name = {"owed_event_id": programme["items"][0]["id"]} if owed else {}
    draft = events.draft(programme_id=programme["id"], **name)

    refused = delete(events, programme)

    assert (refused.status_code, problem(refused)) == (409, "programme-has-events")
    assert events.count("programmes") == 1
    events.edited(draft, programme_id=None, owed_event_id=None)
    assert delete(events, programme).status_code == 204


def test_what_somebody_else_edited_meanwhile_is_not_deleted(events: Events) -> None:
    programme = begin(events)

    assert delete(events, programme, match='"9"').status_code == 412
    assert delete(events, programme, match="").status_code == 428
    assert events.count("programmes") == 1


def test_only_who_plans_there_deletes(events: Events) -> None:
    programme = begin(events)

    for who, status in ((None, 401), (events.leader, 403), (Person().with_role("organiser", new_id()), 404)):  # fmt: skip
        assert delete(events, programme, by=who).status_code == status
    assert events.count("programmes") == 1
