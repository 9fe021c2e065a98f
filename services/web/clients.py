"""The other services as the portal sees them: one small class each, over HTTP or over WSGI in the same process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import httpx2
from flask import current_app

from services.web.line import Away, Headers, Json, Line, Refused, Upload, Who, json_of
from services.web.settings import Settings

__all__ = ["Away", "Clients", "Headers", "Json", "Refused", "Upload", "clients", "if_there"]

T = TypeVar("T")


class _Client:
    def __init__(self, line: Line) -> None:
        self._line = line

    def _get(self, path: str, **params: str | int | None) -> Json:
        return json_of(self._line.get(path, **params))

    def _send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        slow: bool = False,
        **headers: str,
    ) -> Json:
        """`slow` is what does hundreds of things at once, and is waited for longer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return json_of(self._line.send(method, path, body=body, headers=named, slow=slow))

    @staticmethod
    def _all(page: Callable[[str | None], Json], most: int) -> list[Json]:
        """The items of a list, page after page, until there are `most` of them."""
        found: list[Json] = []
        cursor: str | None = None
        while len(found) < most:
            asked = page(cursor)
            found += asked["items"]
            cursor = asked.get("next")
            if not cursor:
                break
        return found


class SignIns(_Client):
    """Community's sign-in, which is asked without a token: it is where tokens come from."""

    def ask(self, *, email: str, language: str, browser: str) -> Json:
        return self._send(
            "POST", "/v1/sign-ins", {"email": email, "language": language, "browser": browser}
        )

    def complete(self, sign_in_id: str, *, browser_nonce: str, **proof: str) -> Json:
        """`proof` is a `code` or a `token`. Never repeated by itself: both are single-use."""
        body = {"browser_nonce": browser_nonce, **proof}
        return self._send("POST", f"/v1/sign-ins/{sign_in_id}/complete", body)

    def new_access_token(self, session: str) -> Json:
        return self._send("POST", "/v1/sessions/token", {"session": session})

    def end_session(self, session: str) -> None:
        self._line.send("POST", "/v1/sessions/end", body={"session": session})


class Community(_Client):
    """People, organisations and consents."""

    def me(self) -> Json:
        return self._get("/v1/people/me")

    def change_me(self, changes: Json, *, etag: str) -> Json:
        return self._send("PATCH", "/v1/people/me", changes, If_Match=etag)

    def purposes(self) -> list[Json]:
        return list(self._get("/v1/purposes")["items"])

    def consents(self) -> list[Json]:
        return list(self._get("/v1/people/me/consents")["items"])

    def consent(self, *, purpose: str, given: bool, version: Any, language: str, key: str) -> Json:
        body = {"purpose": purpose, "given": given, "version": version, "language": language}
        return self._send("POST", "/v1/people/me/consents", body, Idempotency_Key=key)

    def organisations(self, *, on: str, cursor: str | None = None) -> Json:
        return self._get("/v1/organisations", on=on, limit=200, cursor=cursor)

    def organisation(self, organisation_id: str) -> Json:
        return self._get(f"/v1/organisations/{organisation_id}")

    def memberships(self, organisation_id: str) -> list[Json]:
        """Who has which role; for the organisation's organisers only."""
        return list(self._get(f"/v1/organisations/{organisation_id}/memberships")["items"])

    def areas(self, *, on: str, level: str) -> list[Json]:
        """The areas of a level that there are on a day: the first 200."""
        return list(self._get("/v1/areas", on=on, level=level, limit=200)["items"])


class Events(_Client):
    """Events, kinds and calendars."""

    def events(self, **filters: str | int | None) -> Json:
        """`filters` as the API has them; `after` stands for `from`, which Python keeps for itself."""
        if "after" in filters:
            filters["from"] = filters.pop("after")
        return self._get("/v1/events", **filters)

    def facets(self, **filters: str | int | None) -> Json:
        """How many there are of each sort, for the same filters as `events`."""
        if "after" in filters:
            filters["from"] = filters.pop("after")
        return self._get("/v1/events/facets", **filters)

    def all_events(self, *, most: int = 1000, **filters: str | int | None) -> list[Json]:
        """As `events`, page after page; the first `most`."""
        return self._all(lambda cursor: self.events(**filters, limit=200, cursor=cursor), most)

    def kinds(self) -> list[Json]:
        return list(self._get("/v1/kinds")["items"])

    def event(self, event_id: str) -> Json:
        return self._get(f"/v1/events/{event_id}")

    def create(self, event: Json, *, key: str) -> Json:
        return self._send("POST", "/v1/events", event, Idempotency_Key=key)

    def change(self, event_id: str, changes: Json, *, etag: str) -> Json:
        return self._send("PATCH", f"/v1/events/{event_id}", changes, If_Match=etag)

    def warnings(self, event_id: str) -> list[Json]:
        """The rules that an event does not keep."""
        return list(self._get(f"/v1/events/{event_id}/warnings")["items"])

    def series_warnings(self, series_id: str) -> list[Json]:
        """As `warnings`, of all drafts of a series, each with its `event_id`."""
        return list(self._get(f"/v1/series/{series_id}/warnings")["items"])

    def publish(self, event_id: str, *, accept: list[Json]) -> Json:
        """`accept` gives the reason for going on in spite of each warning that asks for one."""
        return self._send("POST", f"/v1/events/{event_id}/publish", {"accept": accept})

    def reschedule(self, event_id: str, body: Json) -> Json:
        return self._send("POST", f"/v1/events/{event_id}/reschedule", body)

    def postpone(self, event_id: str, *, reason: Json) -> Json:
        return self._send("POST", f"/v1/events/{event_id}/postpone", {"reason": reason})

    def complete(self, event_id: str) -> Json:
        return self._send("POST", f"/v1/events/{event_id}/complete", {})

    def cancel(self, event_id: str, *, reason: Json) -> Json:
        return self._send("POST", f"/v1/events/{event_id}/cancel", {"reason": reason})

    def for_search_engines(self, event_id: str) -> Json:
        """A public event as schema.org has it."""
        return self._get(f"/v1/events/{event_id}/schema.jsonld")

    def programmes(self, *, organisation_id: str, year: int | None = None) -> list[Json]:
        """What an organisation owes, the newest year first: 200 programmes at most."""

        def page(cursor: str | None) -> Json:
            asked = {"organisation_id": organisation_id, "year": year, "cursor": cursor}
            return self._get("/v1/programmes", limit=50, **asked)

        return self._all(page, 200)

    def programme(self, programme_id: str) -> Json:
        return self._get(f"/v1/programmes/{programme_id}")

    def begin_programme(self, programme: Json, *, key: str) -> Json:
        return self._send("POST", "/v1/programmes", programme, Idempotency_Key=key)

    def change_programme(self, programme_id: str, changes: Json, *, etag: str) -> Json:
        return self._send("PATCH", f"/v1/programmes/{programme_id}", changes, If_Match=etag)

    def delete_programme(self, programme_id: str, *, etag: str) -> None:
        """As long as no event belongs to it."""
        self._line.send("DELETE", f"/v1/programmes/{programme_id}", headers={"If-Match": etag})

    def copy_programme(self, programme_id: str, *, year: int, key: str) -> Json:
        """A programme of another year, with the drafts that were made for it under `copied`."""
        path = f"/v1/programmes/{programme_id}/copy"
        return self._send("POST", path, {"year": year}, slow=True, Idempotency_Key=key)

    def preview_series(self, rule: str, *, starts_at: str, timezone: str) -> Json:
        """The dates that a rule gives. Nothing is kept."""
        body = {"rule": rule, "starts_at": starts_at, "timezone": timezone}
        return self._send("POST", "/v1/series/preview", body)

    def begin_series(self, event_id: str, rule: str, *, key: str) -> Json:
        body = {"event_id": event_id, "rule": rule}
        return self._send("POST", "/v1/series", body, slow=True, Idempotency_Key=key)

    def series(self, series_id: str) -> Json:
        """A series with its events by date."""
        return self._get(f"/v1/series/{series_id}")

    def change_series(self, series_id: str, changes: Json, *, etag: str) -> Json:
        """With `from` among the changes, the answer is the series that begins there."""
        return self._send("PATCH", f"/v1/series/{series_id}", changes, slow=True, If_Match=etag)

    def publish_series(self, series_id: str, *, accept: list[Json]) -> Json:
        """As `publish`, all its drafts; a reason holds for each that is warned."""
        return self._send("POST", f"/v1/series/{series_id}/publish", {"accept": accept}, slow=True)

    def cancel_series(self, series_id: str, cancellation: Json) -> Json:
        """`cancellation` holds the `reason`, and `from` where it begins with one of its events."""
        return self._send("POST", f"/v1/series/{series_id}/cancel", cancellation, slow=True)

    def ics(self, path: str, *, known: str | None, params: Json) -> httpx2.Response:
        """A calendar as it stands, or 304 when `known` (an entity tag) is still right."""
        headers = {"If-None-Match": known} if known else {}
        return self._line.send("GET", f"/v1{path}", params=params, headers=headers)

    def history(self, event_id: str, *, cursor: str | None, limit: int) -> Json:
        """What happened to an event, newest first."""
        return self._get(f"/v1/events/{event_id}/history", cursor=cursor, limit=limit)

    def calendar_address(self) -> Json | None:
        """That the person has a calendar of their own at a secret address; the address itself is told once."""
        return next(iter(self._get("/v1/calendar-addresses")["items"]), None)

    def renew_calendar_address(self, *, reminder: int | None) -> Json:
        """A new secret address, told this once; the one before ends."""
        return self._send("POST", "/v1/calendar-addresses", {"reminder": reminder})

    def end_calendar_address(self) -> None:
        self._line.send("DELETE", "/v1/calendar-addresses")

    def read_file(self, file: Upload, **query: str) -> Json:
        """Have a file of events read. Without an Idempotency-Key: read twice, it still does nothing."""
        return json_of(self._line.send("POST", "/v1/imports", body=file, params=query, slow=True))

    def file_read(self, import_id: str) -> Json:
        """A file that was read, with what would become of each entry now."""
        return self._get(f"/v1/imports/{import_id}")

    def confirm_file(self, import_id: str) -> Json:
        path = f"/v1/imports/{import_id}/confirm"
        return json_of(self._line.send("POST", path, body={}, slow=True))


class Registrations(_Client):
    """Offers, registrations, tickets and the door."""

    def offer(self, event_id: str) -> Json:
        return self._get(f"/v1/offers/{event_id}")

    def change_offer(
        self, event_id: str, *, capacity: int, was: int | None, losing: list[str] | None = None
    ) -> Json:
        """`was` is the capacity that the organiser saw: refused when it is another one by now.

        Below the seats that are taken, `losing` are the registrations that lose theirs, as the refusal named them.
        """
        body: Json = {"capacity": capacity} | ({} if was is None else {"was": was})
        body |= {"losing": losing} if losing else {}
        return self._send("PATCH", f"/v1/offers/{event_id}", body)

    def set_quotas(self, event_id: str, quotas: list[Json]) -> Json:
        """All quotas at once, in the order in which they are looked at."""
        return self._send("PUT", f"/v1/offers/{event_id}/quotas", {"quotas": quotas})

    def change_rules(self, event_id: str, rules: Json) -> Json:
        return self._send("PATCH", f"/v1/offers/{event_id}/rules", rules)

    def seat_log(self, event_id: str, **filters: str | int | None) -> Json:
        """What happened to the seats, in order; with `registration_id`, to one person's."""
        return self._get(f"/v1/offers/{event_id}/log", **filters)

    def all_attendees(self, event_id: str, *, status: str, most: int = 1000) -> list[Json]:
        """Those of one status, in the order in which they came: the first `most`."""
        return self._all(
            lambda cursor: self.attendees(event_id, status=status, limit=200, cursor=cursor), most
        )

    def approve(self, registration_id: str) -> Json:
        return self._send("POST", f"/v1/registrations/{registration_id}/approve", {})

    def decline(self, registration_id: str, *, reason: str) -> Json:
        return self._send(
            "POST", f"/v1/registrations/{registration_id}/decline", {"reason": reason}
        )

    def accept(self, registration_id: str) -> Json:
        """Take the seat that is held for one."""
        return self._send("POST", f"/v1/registrations/{registration_id}/accept", {})

    def reissue(self, registration_id: str) -> Json:
        """A new ticket and entry code; the old ones are refused from then on."""
        return self._send("POST", f"/v1/registrations/{registration_id}/reissue", {})

    def register(self, event_id: str, attendee: Json, *, key: str) -> Json:
        return self._send(
            "POST", f"/v1/offers/{event_id}/registrations", attendee, Idempotency_Key=key
        )

    def attendees(self, event_id: str, **filters: str | int | None) -> Json:
        return self._get(f"/v1/offers/{event_id}/registrations", **filters)

    def mine(self, *, event_id: str | None = None, cursor: str | None = None) -> Json:
        return self._get("/v1/registrations", event_id=event_id, cursor=cursor)

    def registration(self, registration_id: str) -> Json:
        return self._get(f"/v1/registrations/{registration_id}")

    def cancel(self, registration_id: str) -> Json:
        return self._send("POST", f"/v1/registrations/{registration_id}/cancel", {})

    def ticket(self, registration_id: str) -> Json:
        return self._get(f"/v1/registrations/{registration_id}/ticket")

    def form(self, event_id: str) -> Json:
        """What an event asks, in both languages; no fields where it asks nothing."""
        return self._get(f"/v1/offers/{event_id}/form")

    def set_form(self, event_id: str, form: Json, *, etag: str) -> Json:
        return self._send("PUT", f"/v1/offers/{event_id}/form", form, If_Match=etag)

    def form_templates(self) -> list[Json]:
        return list(self._get("/v1/form-templates")["items"])

    def answers(self, event_id: str, *, cursor: str | None = None) -> Json:
        """What was answered, registration by registration, without names."""
        return self._get(f"/v1/offers/{event_id}/answers", cursor=cursor)

    def answers_to_approve(self, event_id: str, *, most: int) -> dict[str, Json]:
        """What those answered who wait for approval, by registration."""
        path = f"/v1/offers/{event_id}/answers"
        found = self._all(
            lambda cursor: self._get(path, status="pending", limit=200, cursor=cursor), most
        )
        return {str(one["registration_id"]): one["answers"] for one in found}

    def answer_counts(self, event_id: str) -> Json:
        return self._get(f"/v1/offers/{event_id}/answers/counts")

    def edit_answers(self, registration_id: str, answers: Json) -> Json:
        """`answers` holds the `answers` and the `form_version` that was on the screen."""
        return self._send("PATCH", f"/v1/registrations/{registration_id}/answers", answers)

    def export(self, event_id: str, *, format: str, status: str) -> httpx2.Response:
        """The list of an event as a file, which whoever gets it closes."""
        path = f"/v1/offers/{event_id}/export"
        return self._line.stream(path, format=format, status=status)

    def papers(self, event_id: str, *, kind: str, part: int) -> httpx2.Response:
        """Badges, tickets or certificates of an event as PDF, which whoever gets it closes."""
        return self._line.stream(f"/v1/offers/{event_id}/{kind}.pdf", part=part)

    def paper(self, registration_id: str, *, kind: str) -> httpx2.Response:
        """One's own ticket or certificate as PDF, which whoever gets it closes."""
        return self._line.stream(f"/v1/registrations/{registration_id}/{kind}.pdf")

    def read_list(self, event_id: str, file: Upload) -> Json:
        """Have a list of attendees read. Without an Idempotency-Key: read twice, it still does nothing."""
        path = f"/v1/offers/{event_id}/imports"
        return json_of(self._line.send("POST", path, body=file, slow=True))

    def list_read(self, list_id: str) -> Json:
        return self._get(f"/v1/imports/{list_id}")

    def list_rows(self, list_id: str, **filters: str | int | None) -> Json:
        """The rows of a list that was read, by `fate`, `cursor` and `limit`."""
        return self._get(f"/v1/imports/{list_id}/rows", **filters)

    def mend_list(self, list_id: str, rows: list[Json]) -> Json:
        path, body = f"/v1/imports/{list_id}/rows", {"rows": rows}
        return json_of(self._line.send("PATCH", path, body=body, slow=True))

    def take_list(self, list_id: str) -> Json:
        path = f"/v1/imports/{list_id}/confirm"
        return json_of(self._line.send("POST", path, body={}, slow=True))

    def attendance(self, event_id: str) -> Json:
        """Who had a place and who came, after the event; nothing of small groups."""
        return self._get(f"/v1/offers/{event_id}/attendance")

    def attendance_of_members(self, event_id: str, organisation_id: str) -> Json:
        """The same of those who came for one organisation."""
        return self._get(f"/v1/offers/{event_id}/attendance/{organisation_id}")

    def survey(self, event_id: str) -> Json:
        return self._get(f"/v1/offers/{event_id}/survey")

    def ask_in_survey(self, event_id: str, *, questions: list[Json] | None, days: int) -> Json:
        """`questions` are None for the ready-made ones."""
        body = {"questions": questions, "days": days}
        return self._send("PUT", f"/v1/offers/{event_id}/survey", body)

    def survey_results(self, event_id: str) -> Json:
        """How many have answered; once it is closed, what."""
        return self._get(f"/v1/offers/{event_id}/survey/results")

    def own_survey(self, registration_id: str) -> Json:
        return self._get(f"/v1/registrations/{registration_id}/survey")

    def answer_survey(self, registration_id: str, answers: Json) -> None:
        """Without a key that could be repeated: it would be kept beside who sent it."""
        path = f"/v1/registrations/{registration_id}/survey-answers"
        self._line.send("POST", path, body={"answers": answers})

    def check_in(self, event_id: str, proof: Json) -> Json:
        """`proof` is {ticket}, {code} or {registration_id}."""
        return self._send("POST", f"/v1/offers/{event_id}/check-ins", proof)

    def walk_in(self, event_id: str, *, name: str, key: str) -> Json:
        path = f"/v1/offers/{event_id}/walk-ins"
        return self._send("POST", path, {"name": name}, Idempotency_Key=key)

    def undo_check_in(self, registration_id: str, *, reason: str) -> Json:
        path = f"/v1/registrations/{registration_id}/undo-check-in"
        return self._send("POST", path, {"reason": reason})

    def door(self, event_id: str) -> Json:
        """Who is in and who is expected, by gate and by quota."""
        return self._get(f"/v1/offers/{event_id}/door")

    def door_list(self, event_id: str, *, since: str | None, cursor: str | None) -> Json:
        """A page of the signed list that a device takes with it."""
        return self._get(f"/v1/offers/{event_id}/door-list", since=since, cursor=cursor)

    def tell_scans(self, event_id: str, batch: Json) -> Json:
        """What a device scanned; told twice, it counts once."""
        return self._send("POST", f"/v1/offers/{event_id}/scans", batch)

    def door_conflicts(self, event_id: str, *, cursor: str | None = None) -> Json:
        return self._get(f"/v1/offers/{event_id}/door-conflicts", cursor=cursor)

    def ticket_keys(self) -> Json:
        return self._get("/v1/ticket-keys")


class Nominations(_Client):
    """Registrations' lists of partners, what their nominees answer, and groups of colleagues."""

    def of_event(self, event_id: str) -> list[Json]:
        return list(self._get(f"/v1/offers/{event_id}/nominations")["items"])

    def open(self, event_id: str, terms: Json, *, key: str) -> Json:
        path = f"/v1/offers/{event_id}/nominations"
        return self._send("POST", path, terms, Idempotency_Key=key)

    def of_partner(self, organisation_id: str, *, cursor: str | None = None) -> Json:
        return self._get("/v1/nominations", organisation_id=organisation_id, cursor=cursor)

    def whole(self, nomination_id: str) -> Json:
        """A list with its names."""
        return self._get(f"/v1/nominations/{nomination_id}")

    def change(self, nomination_id: str, terms: Json) -> Json:
        return self._send("PATCH", f"/v1/nominations/{nomination_id}", terms)

    def close(self, nomination_id: str) -> Json:
        return self._send("POST", f"/v1/nominations/{nomination_id}/close", {})

    def preview(self, nomination_id: str, text: str) -> Json:
        """What would become of each line. Nothing is kept."""
        path = f"/v1/nominations/{nomination_id}/nominees/preview"
        return self._send("POST", path, {"text": text})

    def read_sheet(self, nomination_id: str, file: Upload) -> Json:
        """What would become of each row of a workbook. Nothing is kept."""
        path = f"/v1/nominations/{nomination_id}/nominees/sheet"
        return json_of(self._line.send("POST", path, body=file, slow=True))

    def name(self, nomination_id: str, text: str, *, key: str) -> Json:
        path = f"/v1/nominations/{nomination_id}/nominees"
        return self._send("POST", path, {"text": text}, Idempotency_Key=key)

    def replace(self, nominee_id: str, person: Json, *, key: str) -> Json:
        return self._send("POST", f"/v1/nominees/{nominee_id}/replace", person, Idempotency_Key=key)

    def invitation(self, nominee_id: str, secret: str) -> Json:
        """What somebody is named for. A POST that changes nothing: the secret stands in no address."""
        return self._send("POST", f"/v1/nominees/{nominee_id}/look", {"secret": secret})

    def confirm(self, nominee_id: str, answer: Json) -> Json:
        return self._send("POST", f"/v1/nominees/{nominee_id}/confirm", answer)

    def decline(self, nominee_id: str, secret: str) -> Json:
        return self._send("POST", f"/v1/nominees/{nominee_id}/decline", {"secret": secret})

    def register_group(self, event_id: str, group: Json, *, key: str) -> list[Json]:
        path = f"/v1/offers/{event_id}/group-registrations"
        return [*self._send("POST", path, group, Idempotency_Key=key)["items"]]


class Notifications(_Client):
    """Inboxes, deliveries and the demo's outbox."""

    def inbox(self, *, organisation_id: str | None = None, cursor: str | None = None) -> Json:
        return self._get("/v1/inbox", organisation_id=organisation_id, cursor=cursor)

    def read(self, notification_id: str) -> None:
        self._line.send("POST", f"/v1/inbox/{notification_id}/read")

    def preview(self, event: Json, step: str) -> list[Json]:
        """Who would be told of a step, by kind of recipient, counted."""
        partners = [one["id"] for one in (*event["partners"], *event.get("co_organisers", ()))]
        body = {
            "organisation_id": event["organisation"]["id"],
            "event_id": event["id"],
            "step": step,
            "partner_ids": partners,
        }
        return list(self._send("POST", "/v1/previews", body)["items"])

    def deliveries(self, event_id: str, *, most: int = 1000) -> list[Json]:
        """The newest `most` deliveries of an event."""
        return self._all(
            lambda cursor: self._get("/v1/deliveries", event_id=event_id, limit=200, cursor=cursor),
            most,
        )

    def outbox(self) -> list[Json]:
        return list(self._get("/v1/outbox", limit=200)["items"])

    def mail(self, mail_id: str) -> Json:
        return self._get(f"/v1/outbox/{mail_id}")


class Channels(_Client):
    """The addresses where an organisation's own system is told (webhooks), as notifications keeps them."""

    def endpoints(self, organisation_id: str) -> list[Json]:
        found = self._get("/v1/webhook-endpoints", organisation_id=organisation_id)
        return list(found["items"])

    def endpoint(self, endpoint_id: str) -> Json:
        return self._get(f"/v1/webhook-endpoints/{endpoint_id}")

    def add(self, organisation_id: str, *, url: str, topics: list[str]) -> Json:
        """A new address; its `secret` is told this once."""
        body = {"organisation_id": organisation_id, "url": url, "topics": topics}
        return self._send("POST", "/v1/webhook-endpoints", body)

    def change(self, endpoint_id: str, changes: Json, *, etag: str) -> Json:
        path = f"/v1/webhook-endpoints/{endpoint_id}"
        return self._send("PATCH", path, changes, If_Match=etag)

    def rotate(self, endpoint_id: str) -> Json:
        """A new `secret`, told this once; the one before signs, too, for a day."""
        return self._send("POST", f"/v1/webhook-endpoints/{endpoint_id}/rotate")

    def enable(self, endpoint_id: str) -> Json:
        return self._send("POST", f"/v1/webhook-endpoints/{endpoint_id}/enable")

    def delete(self, endpoint_id: str) -> None:
        self._line.send("DELETE", f"/v1/webhook-endpoints/{endpoint_id}")

    def test(self, endpoint_id: str, *, key: str) -> Json:
        """The test that is on its way; its answer comes with `delivery`."""
        path = f"/v1/webhook-endpoints/{endpoint_id}/test"
        return self._send("POST", path, {}, Idempotency_Key=key)

    def deliveries(self, endpoint_id: str, *, cursor: str | None) -> Json:
        """What was sent there, newest first, with every try."""
        path = f"/v1/webhook-endpoints/{endpoint_id}/deliveries"
        return self._get(path, limit=20, cursor=cursor)

    def delivery(self, delivery_id: str) -> Json:
        return self._get(f"/v1/webhook-deliveries/{delivery_id}")

    def replay(self, delivery_id: str, *, key: str) -> Json:
        path = f"/v1/webhook-deliveries/{delivery_id}/replay"
        return self._send("POST", path, {}, Idempotency_Key=key)


@dataclass(frozen=True)
class Clients:
    """All that a page may ask."""

    sign_ins: SignIns
    community: Community
    events: Events
    registrations: Registrations
    nominations: Nominations
    notifications: Notifications
    channels: Channels

    @classmethod
    def connect(
        cls,
        settings: Settings,
        *,
        person: Who,
        anyone: Who,
        transports: Mapping[str, httpx2.BaseTransport] | None = None,
    ) -> Self:
        """Clients over HTTP; a transport, by service's name, takes the place of the network."""
        over = transports or {}

        def line(service: str, url: str, who: Who = person) -> Line:
            return Line(service, url, who, transport=over.get(service))

        return cls(
            SignIns(line("community", settings.community_url, anyone)),
            Community(line("community", settings.community_url)),
            Events(line("events", settings.events_url)),
            Registrations(line("registrations", settings.registrations_url)),
            Nominations(line("registrations", settings.registrations_url)),
            Notifications(line("notifications", settings.notifications_url)),
            Channels(line("notifications", settings.notifications_url)),
        )


def if_there(ask: Callable[[], T]) -> T | None:
    """What a page shows beside its subject: None where the service is away or refuses."""
    try:
        return ask()
    except (Away, Refused):
        return None


def clients() -> Clients:
    """The clients of the app that serves the current request."""
    found: Clients = current_app.extensions["clients"]
    return found
