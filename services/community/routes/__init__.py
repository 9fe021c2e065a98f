"""The HTTP API of community, a blueprint a concept."""

from services.community.routes.organisations import bp as organisations
from services.community.routes.people import bp as people
from services.community.routes.sign_ins import bp as sign_ins
from services.community.routes.sign_ins import keys

blueprints = (sign_ins, keys, people, organisations)

__all__ = ["blueprints"]
