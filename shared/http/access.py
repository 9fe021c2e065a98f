"""Who may: every route declares its grants; what no grant covers is refused.

`@allow(OWN, ORGANISER)` stands directly under the route. A grant that depends on an object is decided
when the route has loaded it and calls `permit(...)`; a route that forgets to is an error, not a leak.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app, g, request

from shared.clock import Clock
from shared.http.problems import Forbidden, NotFound, Unauthenticated
from shared.tokens import ANONYMOUS, Caller, InvalidToken, Verifier


@dataclass(frozen=True, slots=True)
class Target:
    """What is reached for: whose it is, which organisation owns it, which event it belongs to."""

    owner: UUID | None = None
    organisation: UUID | None = None
    event: UUID | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One way of being allowed."""

    name: str
    holds: Callable[[Caller, Target], bool]
    needs_target: bool = True
    # Whether such a caller can exist at all, before the object is known.
    possible: Callable[[Caller], bool] = lambda caller: caller.person_id is not None


def _role(role: str) -> Grant:
    def holds(caller: Caller, target: Target) -> bool:
        return target.organisation is not None and caller.has(role, target.organisation)

    return Grant(role, holds, possible=lambda caller: caller.has(role, None))


def service(name: str) -> Grant:
    """Another service, by its own token."""
    return Grant(
        f"service:{name}",
        lambda caller, _: caller.service == name,
        needs_target=False,
        possible=lambda caller: caller.service == name,
    )


ANYONE = Grant("anyone", lambda _caller, _target: True, needs_target=False, possible=lambda _: True)
PERSON = Grant("person", lambda caller, _: caller.person_id is not None, needs_target=False)
ADMIN = Grant(
    "admin",
    lambda caller, _: caller.admin,
    needs_target=False,
    possible=lambda caller: caller.admin,
)
OWN = Grant(
    "own", lambda caller, target: caller.person_id is not None and caller.person_id == target.owner
)
DOOR = Grant(
    "door",
    lambda caller, target: (target.organisation, target.event) in caller.doors,
    possible=lambda caller: bool(caller.doors),
)
# What is published: decided by the route, which knows the object's state, through `permit(public=True)`.
PUBLISHED = Grant("published", lambda _caller, _target: False, possible=lambda _: True)
ORGANISER, OFFICER, LEADER, MEMBER = (
    _role("organiser"),
    _role("officer"),
    _role("leader"),
    _role("member"),
)


@dataclass(frozen=True, slots=True)
class Right:
    """What a route's grants give to its caller, for a decision that falls somewhere else than in the route."""

    caller: Caller
    grants: tuple[Grant, ...]

    def covers(
        self,
        *,
        owner: UUID | None = None,
        organisation: UUID | None = None,
        event: UUID | None = None,
    ) -> bool:
        target = Target(owner, organisation, event)
        return any(grant.holds(self.caller, target) for grant in self.grants)


def allow(*grants: Grant) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare who may call a route."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            _refuse_the_impossible(grants)
            g.grants = grants
            # Decided already if one of the grants asks nothing about the object.
            g.decided = any(
                not grant.needs_target and grant.holds(caller(), Target()) for grant in grants
            )
            answer = view(*args, **kwargs)
            if not g.decided:
                raise RuntimeError(f"{request.endpoint} answered without asking whether it may")
            return answer

        guarded.grants = grants  # type: ignore[attr-defined]
        guarded._apidoc = _documented(view, grants)  # type: ignore[attr-defined]  # noqa: SLF001
        return guarded

    return decorate


def permit(
    *,
    owner: UUID | None = None,
    organisation: UUID | None = None,
    event: UUID | None = None,
    public: bool = False,
    hidden: bool = True,
) -> None:
    """Decide for the object at hand: returns, or raises NotFound (Forbidden where it is not `hidden`).

    What one may not see looks like what is not there, so that ids tell nothing.
    """
    covered = right().covers(owner=owner, organisation=organisation, event=event)
    if covered or (public and PUBLISHED in g.grants):
        g.decided = True
        return
    if caller() is ANONYMOUS and not hidden:
        raise Unauthenticated
    raise NotFound if hidden else Forbidden


def right() -> Right:
    """To be asked where the object is loaded; the route then says that it was, by `decided_elsewhere`."""
    return Right(caller(), g.grants)


def decided_elsewhere() -> None:
    """This request's `right` was asked about the object before its answer was made."""
    g.decided = True


def decided_before() -> None:
    """The same request by the same caller was decided when it came first."""
    g.decided = True


def holds(
    grant: Grant,
    *,
    owner: UUID | None = None,
    organisation: UUID | None = None,
    event: UUID | None = None,
) -> bool:
    """Whether the caller has that grant for this object: to show more to some."""
    return grant.holds(caller(), Target(owner, organisation, event))


def caller() -> Caller:
    """Who calls. Unauthenticated if the token that came along is not valid."""
    if "caller" not in g:
        g.caller = _identify()
    who: Caller = g.caller
    return who


def person_id() -> UUID:
    """The person who calls; Unauthenticated if it is nobody or a service."""
    who = caller().person_id
    if who is None:
        raise Unauthenticated
    return who


def identify_with(app: Flask, verifier: Verifier, clock: Clock) -> None:
    """Let an app know its callers, and refuse to start with a route that declares nobody."""
    app.extensions["identity"] = (verifier, clock)

    @app.before_request
    def _deny_the_undeclared() -> Response | None:
        endpoint = request.endpoint
        if endpoint is not None and not hasattr(app.view_functions[endpoint], "grants"):
            raise Forbidden
        return None


def _identify() -> Caller:
    header = request.headers.get("Authorization", "")
    if not header:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    verifier, clock = current_app.extensions["identity"]
    if scheme.lower() != "bearer":
        raise Unauthenticated
    try:
        identified: Caller = verifier.caller(token.strip(), now=clock.now())
    except InvalidToken:
        raise Unauthenticated from None
    return identified


def _refuse_the_impossible(grants: tuple[Grant, ...]) -> None:
    who = caller()
    if any(grant.possible(who) for grant in grants):
        return
    raise Unauthenticated if who is ANONYMOUS else Forbidden


def _documented(view: Callable[..., Any], grants: tuple[Grant, ...]) -> dict[str, Any]:
    names = [grant.name for grant in grants]
    doc = dict(getattr(view, "_apidoc", {}))
    manual = dict(doc.get("manual_doc", {})) | {
        "x-who-may": names,
        "operationId": view.__name__,
        "security": []
        if "anyone" in names
        else [{}, {"bearer": []}]
        if "published" in names
        else [{"bearer": []}],
    }
    # A token that is not good is refused even where none is needed.
    refusals = {"401": "UNAUTHORIZED"} | ({} if "anyone" in names else {"403": "FORBIDDEN"})
    manual["responses"] = refusals | dict(manual.get("responses", {}))
    return doc | {"manual_doc": manual}
