"""Health and figures: /healthz (alive), /readyz (what it uses answers), /metrics (Prometheus)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from waitress.server import create_server

from shared.database.unit_of_work import Database
from shared.http.access import ANYONE, allow

Checks = Mapping[str, Callable[[], bool]]


class MessageFigures(Collector):
    """How many messages of a service wait, failed or are parked; read when asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterable[GaugeMetricFamily]:
        tables = self._database.tables
        counts = {
            "outbox": sa.select(sa.func.count()).select_from(tables.outbox),
            "unroutable": sa.select(sa.func.count()).select_from(tables.unroutable),
            "failed": sa.select(sa.func.count()).where(
                tables.failed.c.next_attempt_at.is_not(None)
            ),
            "parked": sa.select(sa.func.count()).where(
                tables.failed.c.next_attempt_at.is_(None), tables.failed.c.settled_at.is_(None)
            ),
        }
        family = GaugeMetricFamily(
            "doithoai_messages", "Messages by where they wait", labels=("service", "where")
        )
        with self._database.engine.connect().execution_options(read_only=True) as connection:
            for where, count in counts.items():
                family.add_metric((self._database.service, where), connection.scalar(count) or 0)
        yield family


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
