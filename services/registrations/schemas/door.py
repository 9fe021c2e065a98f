"""Shapes of what devices at the door take with them and tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registrations.errors import TicketInvalid
from services.registrations.models import Outcome, Scan, ScanKind
from services.registrations.models.door import Conflict, Told
from services.registrations.models.registration import plain_code
from services.registrations.schemas.offers import TextView
from services.registrations.schemas.registrations import ONE_OF_THREE, count_shown
from shared.http.problems import language
from shared.http.schemas import Line, list_of
from shared.text import Text

MOST_SCANS = 500
# A phone that lost its clock says 1970; what no phone says would not fit into a database.
_ANY_CLOCK = validate.Range(datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


class DoorListQuery(ma.Schema):
    since = fields.Integer(
        load_default=None,
        validate=validate.Range(0, 2**63 - 1),
        metadata={"description": "The version that the device has; only what changed since"},
    )
    cursor = fields.String(validate=validate.Length(1, 500), load_default=None)
    limit = fields.Integer(load_default=1000, validate=validate.Range(1, 1000))


class DoorListView(ma.Schema):
    """A page of the list as JWS (RFC 7515), signed with the key of tickets."""

    list = fields.String(
        required=True,
        metadata={
            "description": "Its claims: event_id, version, since (null: the whole list), iat, exp and items. An item is"
            " {id, issue, name, code, quota, in} for who has a seat, {id, status} for who has none. `code` is the"
            " first 8 hexadecimal digits of SHA-256 over `event_id:ENTRYCODE`."
        },
    )
    version = fields.Integer(required=True)
    expires_at = fields.AwareDateTime(required=True)
    next = fields.String(required=True, allow_none=True)
    server_time = fields.AwareDateTime(required=True)


class ScanShape(ma.Schema):
    """One scan. What it shows is one of ticket, code and registration_id; a walk-in gives a name, an undo a reason."""

    nonce = fields.UUID(required=True)
    kind = fields.Enum(ScanKind, by_value=True, required=True)
    at = fields.AwareDateTime(
        required=True, validate=_ANY_CLOCK, metadata={"description": "By the device's clock"}
    )
    gate = Line(60, allow_none=True, load_default=None)
    let_in = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata={"description": "False: the device waits for the answer, nobody is inside yet"},
    )
    ticket = fields.String(validate=validate.Length(1, 400), allow_none=True, load_default=None)
    code = Line(20, allow_none=True, load_default=None)
    registration_id = fields.UUID(allow_none=True, load_default=None)
    issue = fields.Integer(
        allow_none=True,
        load_default=None,
        validate=validate.Range(1, 65535),
        metadata={"description": "With registration_id: the ticket's issue as the list had it"},
    )
    name = Line(200, allow_none=True, load_default=None)
    reason = Line(400, allow_none=True, load_default=None)
    undoes = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "The nonce of the scan that was a mistake"},
    )

    @ma.post_load
    def as_written(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if data["code"] is not None:
            data["code"] = plain_code(data["code"])
        return data

    @ma.validates_schema
    def says_what_it_needs(self, data: dict[str, Any], **_: Any) -> None:
        kind, shown = data.get("kind"), count_shown(data)
        if kind is ScanKind.WALK_IN:
            if data.get("name") is None:
                raise ma.ValidationError(
                    [Text("Xin cho biết tên.", "Please give the name.")], "name"
                )
        elif shown != 1 and not (kind is ScanKind.UNDO and shown == 0 and data.get("undoes")):
            raise ma.ValidationError([ONE_OF_THREE], "code")
        if kind is ScanKind.UNDO and data.get("reason") is None:
            raise ma.ValidationError([Text("Xin cho biết lý do.", "Please say why.")], "reason")


class ScansRequest(ma.Schema):
    device_id = fields.UUID(required=True)
    sent_at = fields.AwareDateTime(
        required=True,
        validate=_ANY_CLOCK,
        metadata={"description": "By the device's clock, from which its error is known"},
    )
    scans = fields.List(
        fields.Nested(ScanShape), required=True, validate=validate.Length(1, MOST_SCANS)
    )


class FirstView(ma.Schema):
    """Who was first."""

    at = fields.AwareDateTime(required=True)
    gate = fields.String(required=True, allow_none=True)
    device_id = fields.UUID(required=True, allow_none=True)


class ScanResult(ma.Schema):
    nonce = fields.UUID(required=True)
    outcome = fields.String(
        required=True,
        validate=validate.OneOf([*(str(one.value) for one in Outcome), "already"]),
        metadata={"description": "`already`: a conflict where nobody was let in yet"},
    )
    repeated = fields.Boolean(required=True)
    why = fields.String(required=True, allow_none=True)
    explained = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True, metadata={"description": "By the server's clock"})
    registration_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    first = fields.Nested(FirstView, required=True, allow_none=True)


class ScansView(ma.Schema):
    server_time = fields.AwareDateTime(required=True)
    clock_ahead = fields.Float(
        required=True, metadata={"description": "Seconds by which the device's clock is ahead"}
    )
    admitted = fields.Integer(required=True)
    expected = fields.Integer(required=True)
    results = fields.List(fields.Nested(ScanResult), required=True)


class GateView(ma.Schema):
    gate = fields.String(required=True, allow_none=True)
    admitted = fields.Integer(required=True)
    walk_ins = fields.Integer(required=True)


class QuotaFigures(ma.Schema):
    """Null stands for the seats that are everybody's."""

    quota_id = fields.UUID(required=True, allow_none=True)
    name = fields.Nested(TextView, required=True, allow_none=True)
    admitted = fields.Integer(required=True)
    expected = fields.Integer(required=True)


class DoorView(ma.Schema):
    event_id = fields.UUID(required=True)
    admitted = fields.Integer(required=True)
    expected = fields.Integer(required=True)
    walk_ins = fields.Integer(required=True)
    conflicts = fields.Integer(required=True)
    gates = fields.List(fields.Nested(GateView), required=True)
    quotas = fields.List(fields.Nested(QuotaFigures), required=True)


class ConflictView(ma.Schema):
    """Somebody was let in without network, and should not have been, or was in before, or found no seat free."""

    id = fields.UUID(required=True)
    kind = fields.Enum(ScanKind, by_value=True, required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    why = fields.String(required=True, allow_none=True)
    explained = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)
    device_at = fields.AwareDateTime(required=True)
    gate = fields.String(required=True, allow_none=True)
    device_id = fields.UUID(required=True, allow_none=True)
    registration_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    first = fields.Nested(FirstView, required=True, allow_none=True)


ConflictList = list_of(ConflictView)


def scan_results(told: Told) -> list[dict[str, Any]]:
    """What became of each scan of a batch, in its order."""
    return [
        {
            "nonce": scan.nonce,
            "outcome": "already"
            if scan.outcome is Outcome.CONFLICT and not scan.let_in
            else scan.outcome.value,
            "repeated": scan.nonce in told.repeated,
            "why": scan.why,
            "explained": _explained(scan),
            "at": scan.at,
            "registration_id": scan.registration_id,
            "name": told.registrations[scan.registration_id].name
            if scan.registration_id
            else scan.name,
            "first": told.first.get(scan.first_id) if scan.first_id else None,
        }
        for scan in told.scans
    ]


def conflict_view(conflict: Conflict) -> dict[str, Any]:
    scan = conflict.scan
    copied = ("id", "kind", "outcome", "why", "at", "device_at", "gate", "device_id")
    return {name: getattr(scan, name) for name in copied} | {
        "explained": _explained(scan),
        "registration_id": scan.registration_id,
        "name": conflict.registration.name if conflict.registration else scan.name,
        "first": conflict.first,
    }


def _explained(scan: Scan) -> str | None:
    return TicketInvalid.EXPLAINED[scan.why].say(language()) if scan.why else None
