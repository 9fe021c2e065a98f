"""The composition root of community."""

from __future__ import annotations

from flask import Flask

import services.community as package
from services.community.deps import Deps
from services.community.handlers import HANDLERS
from services.community.models import TABLES, Base
from services.community.models.sign_ins import SignInSecrets
from services.community.routes import blueprints
from services.community.settings import CommunitySettings
from shared.clock import Clock
from shared.database.unit_of_work import Database
from shared.http.application import create_api
from shared.process import Service
from shared.tokens import Signer, Verifier, load_key


def build(settings: CommunitySettings, database: Database, clock: Clock) -> Deps:
    """Put the parts together. Community verifies tokens with its own keys, without asking anybody."""
    signer = Signer(load_key(settings.signing_key))
    return Deps(
        settings,
        database,
        clock,
        Verifier(signer.public_keys),
        signer,
        SignInSecrets(settings.sign_in_key),
    )


def create_app(deps: Deps) -> Flask:
    """The WSGI app of the api role."""
    return create_api(
        "community",
        description=package.__doc__ or "",
        blueprints=blueprints,
        deps=deps,
        database=deps.database,
        verifier=deps.verifier,
        clock=deps.clock,
    )


SERVICE = Service(
    name="community",
    settings=CommunitySettings,
    metadata=Base.metadata,
    tables=TABLES,
    handlers=HANDLERS,
    build=build,
    create_app=create_app,
)


def wsgi() -> Flask:
    """What api workers import."""
    return create_app(SERVICE.deps())
