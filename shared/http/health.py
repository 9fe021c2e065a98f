"""Health and figures: /healthz (alive), /readyz (what it uses answers), /metrics (Prometheus)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from flask import Blueprint, Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from waitress.server import create_server

from shared.database.unit_of_work import Database
from shared.http.access import ANYONE, allow
from shared.messaging.figures import figures

Checks = Mapping[str, Callable[[], bool]]


class MessageFigures(Collector):
    """How many messages of a service wait, failed or are parked; read when asked.

    A database that is away costs these figures and no others: `doithoai_database_up` then says 0.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterable[GaugeMetricFamily]:
        service = self._database.service
        up = GaugeMetricFamily(
            "doithoai_database_up", "Whether the service's database answers", labels=("service",)
        )
        try:
            found = figures(self._database)
        except (DBAPIError, PoolTimeout):
            up.add_metric((service,), 0)
            yield up
            return
        up.add_metric((service,), 1)
        yield up
        waiting = GaugeMetricFamily(
            "doithoai_messages", "Messages by where they wait", labels=("service", "where")
        )
        for where in ("outbox", "unroutable", "failed", "parked"):
            waiting.add_metric((service, where), getattr(found, where))
        yield waiting
        oldest = GaugeMetricFamily(
            "doithoai_outbox_oldest_seconds",
            "Age of the oldest message that was not confirmed yet",
            labels=("service",),
        )
        oldest.add_metric((service,), found.oldest_seconds)
        yield oldest


def health(checks: Checks, database: Database | None = None) -> Blueprint:
    """The three routes of a role; `checks` are what it cannot do without."""
    bp = Blueprint("health", __name__)
    registry = CollectorRegistry()
    if database is not None:
        registry.register(MessageFigures(database))

    @bp.get("/healthz")
    @allow(ANYONE)
    def alive() -> Response:
        return jsonify({"status": "ok"})

    @bp.get("/readyz")
    @allow(ANYONE)
    def ready() -> tuple[Response, int]:
        found = {name: check() for name, check in checks.items()}
        good = all(found.values())
        return jsonify({"status": "ok" if good else "away", "checks": found}), 200 if good else 503

    @bp.get("/metrics")
    @allow(ANYONE)
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return bp


def serve_health(checks: Checks, database: Database, *, host: str, port: int) -> None:
    """Serve the three routes beside a role that has no API, in a thread of its own."""
    app = Flask("health")
    app.register_blueprint(health(checks, database))
    server = create_server(app, host=host, port=port, threads=2)
    threading.Thread(target=server.run, name="health", daemon=True).start()
