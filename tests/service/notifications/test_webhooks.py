"""Webhooks from message to answer: who is told what, how long it is tried, and what the partner can do about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from services.notifications.hooks.payloads import LARGEST
from services.notifications.hooks.sender import Sender
from services.notifications.hooks.worker import HookWorker
from services.notifications.models.endpoint import MOST_ENDPOINTS
from shared.ids import new_id
from tests.service.notifications.conftest import Notifications
from tests.service.notifications.partners import LOCAL, Partner
from tests.support.harness import Person, problem


class Hooked:
    """Notifications with an organisation that has a system of its own."""

    def __init__(self, notifications: Notifications) -> None:
        self.service = notifications
        self.organisation = new_id()
        self.officer = Person().with_role("officer", self.organisation)
        notifications.community.organisation(self.organisation)
        # The standard's verifier reads the machine's clock.
        notifications.clock.move_to(datetime.now(UTC))

    def endpoint(self, url: str, *topics: str) -> dict[str, Any]:
        body = {"organisation_id": str(self.organisation), "url": url, "topics": list(topics)}
        answer = self.service.post("/webhook-endpoints", body, by=self.officer)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return dict(answer.json)

    def published(self, **changes: Any) -> dict[str, Any]:
        return self.service.publish(partner_ids=[self.organisation], **changes)

    def work(self) -> None:
        worker = HookWorker(self.service.deps)
        worker.work_off()
        worker.close()

    def show(self, endpoint: dict[str, Any]) -> Any:
        return self.service.get(f"/webhook-endpoints/{endpoint['id']}", by=self.officer).json

    def deliveries(self, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
        """Newest first."""
        path = f"/webhook-endpoints/{endpoint['id']}/deliveries"
        return list(self.service.get(path, by=self.officer).json["items"])

    def do(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.service.post(path, body, by=self.officer, **options)


@pytest.fixture
def hooked(start: Callable[..., Notifications]) -> Hooked:
    return Hooked(start(webhook_http=True, webhook_networks=LOCAL, webhook_milliseconds=2000))


@pytest.fixture
def partner() -> Iterator[Partner]:
    system = Partner()
    yield system
    system.close()


# What is told


def test_a_partners_system_is_told_of_its_events_in_signed_words(
    hooked: Hooked, partner: Partner
) -> None:
    """Ids and public state; the standard's own library takes it."""
    endpoint = hooked.endpoint(partner.url)

    event = hooked.published()
    hooked.work()

    (call,) = partner.calls
    told = Webhook(endpoint["secret"]).verify(call.body, call.headers)
    assert told["type"] == "event.published"
    assert datetime.fromisoformat(told["timestamp"]) == hooked.service.clock.now()
    assert told["data"]["id"] == event["id"]
    assert told["data"]["title"]["vi"] == "Đối thoại với doanh nghiệp trẻ"
    assert told["data"]["sequence"] == 1
    (delivery,) = hooked.deliveries(endpoint)
    assert (call.id, delivery["status"], delivery["body"]) == (delivery["id"], "delivered", call.body.decode())  # fmt: skip
    (attempt,) = delivery["attempts"]
    assert (attempt["http_status"], attempt["outcome"], attempt["answer"]) == (200, "delivered", "ok")  # fmt: skip


def test_every_kind_is_told_and_topics_choose(hooked: Hooked, partner: Partner) -> None:
    """All by default; in the order in which they happened where nothing fails."""
    everything = hooked.endpoint(f"{partner.url}/all")
    hooked.endpoint(f"{partner.url}/some", "event.cancelled", "partner.invited")

    event = hooked.published()
    invitation = {"event_id": event["id"], "organisation_id": str(hooked.organisation)}
    document = {"number": "12/TB", "date": "2026-03-01"}
    hooked.service.deliver("partner.invited", f"{event['id']}:x", 1, invitation | {"document": document})  # fmt: skip
    hooked.service.move(event)
    hooked.service.tell("event.postponed", event["id"], event | {"reason": {"vi": "Mưa"}})
    hooked.service.cancel_event(event)
    hooked.service.tell("event.completed", event["id"], event)
    hooked.work()

    told: dict[str, list[str]] = {"/hook/all": [], "/hook/some": []}
    for call in partner.calls:
        told[call.path].append(json.loads(call.body)["type"])
    assert told["/hook/some"] == ["partner.invited", "event.cancelled"]
    assert Counter(told["/hook/all"]) == Counter(
        ["event.published", "partner.invited", "event.changed", "event.postponed", "event.cancelled", "event.completed"]
    )  # fmt: skip
    assert len(hooked.deliveries(everything)) == 6


def test_nobody_else_is_told_and_nothing_twice(hooked: Hooked, partner: Partner) -> None:
    """Not of others' events; a message that comes twice makes one webhook."""
    hooked.endpoint(partner.url)
    hooked.service.publish(partner_ids=[new_id()])
    event = hooked.service.event(partner_ids=[hooked.organisation])
    for _ in range(2):
        hooked.service.deliver("event.published", event["id"], 7, event)

    hooked.work()

    assert [json.loads(call.body)["data"]["id"] for call in partner.calls] == [event["id"]]


def test_a_webhook_is_small_and_names_no_person(hooked: Hooked, partner: Partner) -> None:
    """However long the texts are."""
    hooked.endpoint(partner.url)
    person = hooked.service.somebody()
    event = hooked.published(reason={"vi": "Đ" * 9000, "en": None})
    hooked.published(title={"vi": "Ệ" * 9000, "en": "x"})
    hooked.service.registered(event, person)
    hooked.service.move(event)
    invitation = {"event_id": event["id"], "organisation_id": str(hooked.organisation)}
    document = {"number": "Ă" * 9000, "date": "2026-03-01"}
    hooked.service.deliver("partner.invited", "x", 1, invitation | {"document": document})

    hooked.work()

    assert len(partner.calls) == 4
    assert all("sequence" in json.loads(call.body)["data"] for call in partner.calls)
    assert all(len(call.body) <= LARGEST for call in partner.calls)
    assert not any(str(person.id) in call.body.decode() for call in partner.calls)


# Tries


def test_no_connection_to_the_database_is_held_while_the_other_side_is_called(
    hooked: Hooked, partner: Partner
) -> None:
    """However long it takes."""
    pool: Any = hooked.service.database.engine.pool
    held: list[int] = []

    def look(handler: Any) -> None:
        held.append(pool.checkedout())
        partner.plainly(handler)

    partner.answer = look
    hooked.endpoint(partner.url)
    hooked.published()
    hooked.work()

    assert held == [0]


def test_retries_grow_over_three_days_then_the_endpoint_is_disabled_and_the_partner_told(
    hooked: Hooked, partner: Partner
) -> None:
    """On a clock that the test moves: ten tries in 75 hours, all under one id."""
    partner.status, partner.body = 500, b"<h1>Loi</h1>"
    endpoint = hooked.endpoint(partner.url)
    hooked.published()
    began, times = hooked.service.clock.now(), []

    while due := hooked.deliveries(endpoint)[0]["next_attempt_at"]:
        hooked.service.clock.move_to(datetime.fromisoformat(due))
        times.append(hooked.service.clock.now() - began)
        hooked.work()

    assert len({call.id for call in partner.calls}) == 1
    assert len(partner.calls) == len(times) == 10
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert timedelta(seconds=4) < pauses[0] < timedelta(seconds=6)
    assert timedelta(hours=68) < times[-1] < timedelta(hours=84)
    (delivery,) = hooked.deliveries(endpoint)
    assert delivery["status"] == "permanent-failure"
    assert {one["why"] for one in delivery["attempts"]} == {"http-500"}
    assert delivery["attempts"][0]["answer"] == "<h1>Loi</h1>"
    shown = hooked.show(endpoint)
    assert (shown["state"], shown["disabled_why"]) == ("disabled", "failing")
    _assert_told(hooked, "suốt nhiều ngày")


def _assert_told(hooked: Hooked, why: str) -> None:
    """By mail and in the inbox, in words that say what to do."""
    hooked.service.work()
    (mail,) = [one for one in hooked.service.mails() if "ngừng gửi" in str(one.message["Subject"])]
    text = str(mail.message.get_body(("plain",)).get_content())
    path = f"/doi-tac/kenh?don-vi={hooked.organisation}"
    assert why in text
    assert f"https://doithoai.example{path}" in text
    assert "127.0.0.1" in text
    assert "/hook" not in text
    inbox = hooked.service.get(
        f"/inbox?organisation_id={hooked.organisation}", by=hooked.officer
    ).json
    (item,) = [one for one in inbox["items"] if one["kind"] == "webhook-disabled"]
    assert (item["url"], item["event_id"]) == (path, None)
    assert why in item["body"]
    assert inbox["unread"] == len(inbox["items"])


def test_gone_disables_at_once(hooked: Hooked, partner: Partner) -> None:
    """410: what waits is not sent, what comes later is written down, and the partner told."""
    partner.status = 410
    endpoint = hooked.endpoint(partner.url)
    for _ in range(3):
        hooked.published()

    hooked.work()
    hooked.published()
    hooked.work()

    assert len(partner.calls) == 1
    assert (hooked.show(endpoint)["state"], hooked.show(endpoint)["disabled_why"]) == ("disabled", "gone")  # fmt: skip
    states = [one["status"] for one in hooked.deliveries(endpoint)]
    assert states == ["suppressed", "suppressed", "suppressed", "permanent-failure"]
    _assert_told(hooked, "HTTP 410")


def test_one_webhook_that_is_never_taken_disables_nothing_while_others_are(
    hooked: Hooked, partner: Partner
) -> None:
    """It is given up alone."""
    endpoint = hooked.endpoint(partner.url)
    poison = hooked.published()

    def refuses_one(handler: Any) -> None:
        refused = poison["id"] in partner.calls[-1].body.decode()
        partner.status = 500 if refused else 200
        partner.plainly(handler)

    partner.answer = refuses_one
    while due := hooked.deliveries(endpoint)[-1]["next_attempt_at"]:
        hooked.service.clock.move_to(datetime.fromisoformat(due))
        hooked.work()
        hooked.published()
        hooked.work()

    assert hooked.deliveries(endpoint)[-1]["status"] == "permanent-failure"
    assert hooked.show(endpoint)["state"] == "active"


def test_days_of_nothing_but_failures_disable_before_any_webhook_is_given_up(
    hooked: Hooked, partner: Partner
) -> None:
    """Where new webhooks keep coming; one delivery, and the days are counted anew."""
    endpoint = hooked.endpoint(partner.url)
    partner.status = 503
    _days_of_failures(hooked, 2)
    partner.status = 200
    hooked.published()
    hooked.work()
    assert hooked.show(endpoint)["failing_since"] is None

    partner.status = 503
    _days_of_failures(hooked, 3)
    assert hooked.show(endpoint)["failing_since"] is not None
    assert hooked.show(endpoint)["state"] == "active"

    _days_of_failures(hooked, 3)
    assert hooked.show(endpoint)["disabled_why"] == "failing"


def _days_of_failures(hooked: Hooked, days: int) -> None:
    """Each with a webhook that was just made."""
    for _ in range(days):
        with hooked.service.database.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM hook_attempts"))
            connection.execute(sa.text("DELETE FROM hook_deliveries"))
        hooked.published()
        hooked.work()
        hooked.service.clock.advance(days=1)


def test_a_webhook_that_a_vanished_worker_was_sending_is_sent_again(
    hooked: Hooked, partner: Partner
) -> None:
    """Under the same id, and the lost try counts: one that kills its worker does not do so for ever."""
    endpoint = hooked.endpoint(partner.url)
    hooked.published()
    worker, now = HookWorker(hooked.service.deps), hooked.service.clock.now()
    # As the worker does, up to the call.
    with hooked.service.deps.unit_of_work() as uow:
        until = now + timedelta(seconds=60)
        uow.hooks.take_turns(lease=new_id(), now=now, until=until, limit=1, troubled=False)
    with hooked.service.deps.unit_of_work() as uow:
        delivery = uow.hooks.next_due(uow.hooks.get(UUID(endpoint["id"])), now)
        assert delivery is not None
        uow.hooks.attempt(delivery.start(now))

    worker.work_off()
    assert partner.calls == []
    hooked.service.clock.advance(seconds=61)
    worker.work_off()
    hooked.service.clock.advance(seconds=6)
    worker.work_off()
    worker.close()

    (delivered,) = hooked.deliveries(endpoint)
    assert [one["why"] for one in delivered["attempts"]] == ["worker-gone", ""]
    assert (len(partner.calls), delivered["status"]) == (1, "delivered")


# What the partner does


def test_while_a_secret_is_replaced_both_verify_and_a_day_later_the_new_one_alone(
    hooked: Hooked, partner: Partner
) -> None:
    """Two signatures for 24 hours."""
    endpoint = hooked.endpoint(partner.url)
    old = Webhook(endpoint["secret"])

    rotated = hooked.do(f"/webhook-endpoints/{endpoint['id']}/rotate").json
    new = Webhook(rotated["secret"])
    hooked.published()
    hooked.work()

    (call,) = partner.calls
    assert len(call.headers["webhook-signature"].split(" ")) == 2
    for verifier in (old, new):
        assert verifier.verify(call.body, call.headers)["type"] == "event.published"

    hooked.service.clock.advance(hours=24)
    hooked.published()
    hooked.work()
    later = partner.calls[-1]
    assert len(later.headers["webhook-signature"].split(" ")) == 1
    signed = new.sign(later.id, hooked.service.clock.now(), later.body.decode())
    assert later.headers["webhook-signature"] == signed


def test_a_secret_is_shown_once(hooked: Hooked, partner: Partner) -> None:
    """When it is made; nothing that is read later holds it, and no answer is kept with it."""
    endpoint = hooked.endpoint(partner.url)
    partner.body = endpoint["secret"].encode()
    hooked.published()
    hooked.work()

    read = [hooked.show(endpoint), hooked.deliveries(endpoint)]

    assert endpoint["secret"].startswith("whsec_")
    assert endpoint["secret"] not in json.dumps(read)
    assert "whsec_" not in json.dumps(read)


def test_a_test_goes_the_way_of_all_and_shows_the_answer(hooked: Hooked, partner: Partner) -> None:
    """Once, without another try; whatever the topics; a second is not sent while one waits."""
    endpoint = hooked.endpoint(partner.url, "event.cancelled")
    partner.status, partner.body = 401, "Chữ ký sai".encode()

    asked = [hooked.do(f"/webhook-endpoints/{endpoint['id']}/test") for _ in range(2)]
    assert [answer.status_code for answer in asked] == [202, 202]
    assert asked[0].json["id"] == asked[1].json["id"]
    assert asked[0].json["status"] == "created"
    hooked.work()

    (call,) = partner.calls
    told = Webhook(endpoint["secret"]).verify(call.body, call.headers)
    assert (told["type"], told["data"]) == ("webhook.test", {"endpoint_id": endpoint["id"]})
    path = f"/webhook-deliveries/{asked[0].json['id']}"
    shown = hooked.service.get(path, by=hooked.officer).json
    assert (shown["status"], shown["next_attempt_at"]) == ("permanent-failure", None)
    (attempt,) = shown["attempts"]
    assert (attempt["http_status"], attempt["why"], attempt["answer"]) == (401, "http-401", "Chữ ký sai")  # fmt: skip
    # It says nothing of how the endpoint does.
    assert hooked.show(endpoint)["failing_since"] is None


def test_a_disabled_endpoint_is_tested_enabled_and_what_it_missed_replayed(
    hooked: Hooked, partner: Partner
) -> None:
    """Under the ids that they had; what was delivered can be replayed, too."""
    partner.status = 410
    endpoint = hooked.endpoint(partner.url)
    hooked.published()
    hooked.work()
    missed = hooked.published()
    partner.status = 200
    newest, _ = hooked.deliveries(endpoint)
    replay = f"/webhook-deliveries/{newest['id']}/replay"

    assert problem(hooked.do(replay)) == "endpoint-disabled"
    hooked.do(f"/webhook-endpoints/{endpoint['id']}/test")
    hooked.work()
    assert json.loads(partner.calls[-1].body)["type"] == "webhook.test"
    for _ in range(2):
        enabled = hooked.do(f"/webhook-endpoints/{endpoint['id']}/enable").json
        assert (enabled["state"], enabled["disabled_why"]) == ("active", None)
    hooked.work()
    assert len(partner.calls) == 2

    for _ in range(2):
        assert hooked.do(replay).json["status"] == "created"
    hooked.work()
    assert json.loads(partner.calls[-1].body)["data"]["id"] == missed["id"]
    hooked.do(replay)
    hooked.work()
    assert [call.id for call in partner.calls[2:]] == [newest["id"]] * 2
    shown = hooked.service.get(f"/webhook-deliveries/{newest['id']}", by=hooked.officer).json
    assert len(shown["attempts"]) == 2


def test_an_address_and_topics_are_changed_by_whoever_saw_them(
    hooked: Hooked, partner: Partner
) -> None:
    """What waits goes to the new address."""
    endpoint = hooked.endpoint(f"{partner.url}/old")
    hooked.published()
    path = f"/webhook-endpoints/{endpoint['id']}"
    seen = hooked.service.get(path, by=hooked.officer)
    change = {"url": f"{partner.url}/new", "topics": ["event.cancelled"]}

    def edit(etag: str) -> Any:
        headers = {"If-Match": etag}
        return hooked.service.call("PATCH", path, change, by=hooked.officer, headers=headers)

    changed = edit(seen.headers["ETag"])
    assert (changed.status_code, changed.json["topics"]) == (200, ["event.cancelled"])
    assert edit(seen.headers["ETag"]).status_code == 412
    hooked.work()
    assert [call.path for call in partner.calls] == ["/hook/new"]


def test_a_deleted_endpoint_is_told_nothing(hooked: Hooked, partner: Partner) -> None:
    """With what was on its way."""
    endpoint = hooked.endpoint(partner.url)
    hooked.published()
    path = f"/webhook-endpoints/{endpoint['id']}"

    assert hooked.service.call("DELETE", path, by=hooked.officer).status_code == 204

    hooked.work()
    hooked.published()
    hooked.work()
    assert partner.calls == []
    assert hooked.service.get(path, by=hooked.officer).status_code == 404
    assert hooked.endpoint(partner.url)["id"] != endpoint["id"]


def test_bad_addresses_and_topics_are_refused_by_field(hooked: Hooked) -> None:
    """In both languages, saying what to do."""
    body = {"organisation_id": str(hooked.organisation), "url": "https://192.168.0.1/"}
    for language, words in (("vi", "mạng công cộng"), ("en", "public network")):
        answer = hooked.do("/webhook-endpoints", body, language=language)
        assert (answer.status_code, problem(answer)) == (422, "invalid")
        (error,) = answer.json["errors"]
        assert error["field"] == "url"
        assert words in error["message"]
    for wrong in ({"topics": ["person.changed"]}, {"topics": ["webhook.test"]}, {"url": "x" * 600}):
        assert hooked.do("/webhook-endpoints", body | wrong).status_code == 422


def test_an_organisation_has_so_many_endpoints_and_each_once(hooked: Hooked) -> None:
    """The same address written otherwise is the same."""
    for number in range(MOST_ENDPOINTS):
        hooked.endpoint(f"https://partner.example/{number}")
    body = {"organisation_id": str(hooked.organisation)}

    again = hooked.do("/webhook-endpoints", body | {"url": "HTTPS://Partner.example:443/3"})
    more = hooked.do("/webhook-endpoints", body | {"url": "https://partner.example/x"})

    assert problem(again) == "endpoint-exists"
    assert problem(more) == "too-many-endpoints"
    assert "10" in more.json["detail"]


@pytest.mark.parametrize("role", ["member", "leader", "organiser"])
def test_only_officers_look_after_endpoints(hooked: Hooked, partner: Partner, role: str) -> None:
    """Of that organisation; to all others there is none."""
    endpoint = hooked.endpoint(partner.url)
    others = [
        Person().with_role(role, hooked.organisation),
        Person().with_role("officer", new_id()),
    ]
    for other in others:
        for part in ("", "/deliveries"):
            path = f"/webhook-endpoints/{endpoint['id']}{part}"
            assert hooked.service.get(path, by=other).status_code in (403, 404)
        query = f"/webhook-endpoints?organisation_id={hooked.organisation}"
        assert hooked.service.get(query, by=other).status_code in (403, 404)
    admin = Person(admin=True)
    assert hooked.service.get(f"/webhook-endpoints/{endpoint['id']}", by=admin).status_code == 200


def test_settings_that_fail_every_webhook_are_refused_at_the_start(
    start: Callable[..., Notifications],
) -> None:
    """By name."""
    with pytest.raises(ValueError, match="WEBHOOK_NETWORKS"):
        start(webhook_networks=("10.0.0.0/99",))
    with pytest.raises(ValueError, match="WEBHOOK_MILLISECONDS"):
        start(webhook_milliseconds=0)


def test_an_address_that_came_to_lead_inside_is_not_called(
    hooked: Hooked, partner: Partner
) -> None:
    """The check when it is typed is a courtesy; the one that counts is made at every call."""
    endpoint = hooked.endpoint(f"http://partner.example:{partner.port}/")
    _look_names_up(hooked, lambda *_: ["10.0.0.1"])
    hooked.published()

    hooked.work()

    (attempt,) = hooked.deliveries(endpoint)[0]["attempts"]
    assert (attempt["why"], attempt["http_status"]) == ("not-public", None)


def _look_names_up(hooked: Hooked, resolve: Callable[[str, int], list[str]]) -> None:
    """By another resolver from now on."""
    known = hooked.service.deps.hook_sender
    changed = Sender(known.reach, seconds=known.seconds, resolve=resolve)
    hooked.service.deps = replace(hooked.service.deps, hook_sender=changed)
