"""The rows of the table, a module a kind of fault, and their order: kills, RabbitMQ, network, PostgreSQL, messages,
disks, seats, and the negative controls.
"""

from tests.faults.rows import broker, database, disk, duplicates, keys, kills, oversell, poison
from tests.faults.run import FAULTS, Fault

MODULES = (kills, broker, database, duplicates, poison, disk, oversell, keys)
_LAST = ("limit", "without")


def in_order() -> list[Fault]:
    """What holds first, what shows that the checker sees last."""
    places = [module.__name__ for module in MODULES]
    return sorted(
        FAULTS.values(),
        key=lambda one: (one.name.startswith(_LAST), places.index(one.run.__module__)),
    )
