"""The composition root of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
from flask import Flask, request
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.wrappers import Response

from services.web import dates, pages, session, texts, words
from services.web.assets import serve_assets
from services.web.clients import Clients
from services.web.errors import handle_errors
from services.web.here import here
from services.web.kept import KeptPages
from services.web.security import secure
from services.web.settings import Settings
from services.web.uploads import bound_forms
from shared.clock import Clock, SystemClock
from shared.http.health import health


class _Compiled(BytecodeCache):
    """Templates are compiled once a process, however many apps it makes."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._code.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def create_app(
    settings: Settings,
    *,
    transports: Mapping[str, httpx2.BaseTransport] | None = None,
    clock: Clock | None = None,
) -> Flask:
    """The portal's WSGI app. `transports`, by service, reach services of the same process without a network."""
    app = Flask("services.web", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="doithoai",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["settings"] = settings
    app.extensions["clock"] = clock or SystemClock()
    app.extensions["clients"] = Clients.connect(
        settings, person=session.person, anyone=session.anyone, transports=transports
    )
    _speak(app)
    bound_forms(app)
    csrf = secure(app)
    handle_errors(app)
    for blueprint in pages.blueprints(demo=settings.demo):
        app.register_blueprint(blueprint)
    # Which language a page is in, nobody needs to be kept from choosing; and a page without a token needs no cookie.
    csrf.exempt(pages.listing.choose_language)
    checks = health({})
    csrf.exempt(checks)
    app.register_blueprint(checks)
    app.wsgi_app = KeptPages(  # type: ignore[method-assign]
        app.wsgi_app, clock=app.extensions["clock"], milliseconds=settings.kept_ms
    )
    serve_assets(app)
    return app


def wsgi() -> Flask:
    """What granian's workers import."""
    return create_app(Settings.from_env())


def _speak(app: Flask) -> None:
    """Give templates their words, dates and the person they speak to."""
    app.jinja_options = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "bytecode_cache": _COMPILED,
    }
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.filters["field_name"] = words.field_name
    app.jinja_env.filters["language_name"] = words.language_name
    app.jinja_env.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        said=texts.said,
        dates=dates,
        more_query=_more_query,
        initials=words.initials,
        registration_state=words.registration_state,
        event_state=words.event_state,
        delivery_state=words.delivery_state,
        progress_state=words.progress_state,
        amount=words.amount,
        number=words.number,
        template_name=words.template_name,
        channel_name=words.channel_name,
        import_fate=words.import_fate,
        list_fate=words.list_fate,
        change_name=words.change_name,
        attendance_name=words.attendance_name,
        nominee_state=words.nominee_state,
    )

    @app.context_processor
    def _who() -> dict[str, object]:
        return {
            "language": session.language(),
            "signed_in": session.signed_in(),
            "organises": session.organises(),
            "here": here(),
        }

    @app.after_request
    def _language(response: Response) -> Response:
        response.headers.setdefault("Content-Language", session.language())
        return response


def _more_query(cursor: str) -> str:
    """The current search, from the next page on."""
    kept = {name: value for name, value in request.args.items() if value and name != "cursor"}
    return urlencode(kept | {"cursor": cursor})
