"""The secrets of a deployment: made once, kept in one folder that only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from deploy.unable import Unable
from shared.tokens import load_key, new_key

DATABASES = ("community", "events", "registrations", "notifications")


def load_or_make(folder: Path) -> dict[str, str]:
    """The secrets of the platform kept in `folder`, a file each; those that are missing are made.

    An existing file is never replaced: a new key would end every session and void every ticket. Unable where one
    that is there cannot be used.
    """
    return _keep(folder, _platform(), mode=0o600)


def load_or_make_for_containers(folder: Path) -> dict[str, str]:
    """As `load_or_make`, with the passwords and addresses that docker-compose.yml gives its containers.

    The files are readable for the containers' own users, the folder only for its owner.
    """
    return _keep(folder, _platform() | _servers(), mode=0o644)


def _platform() -> dict[str, str]:
    secret = secrets.token_urlsafe(32)
    return {
        "SIGNING_KEY": json.dumps(new_key().as_dict(private=True)),
        "TICKET_KEY": json.dumps(new_key().as_dict(private=True)),
        "SIGN_IN_KEY": secrets.token_urlsafe(32),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "SERVICE_CLIENTS": f"notifications:{secret}",
        "NOTIFICATIONS_CLIENT_SECRET": secret,
    }


def _servers() -> dict[str, str]:
    broker = secrets.token_urlsafe(24)
    addresses = {
        f"{name.upper()}_DATABASE_URL": f"postgresql://doithoai_{name}:{secrets.token_urlsafe(24)}@postgres:5432/doithoai_{name}"
        for name in DATABASES
    }
    return (
        addresses
        | {
            "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
            "BROKER_URL": f"amqp://doithoai:{broker}@rabbitmq:5672/",
            "RABBITMQ_USER": f"default_user = doithoai\ndefault_pass = {broker}",
        }
        | dict.fromkeys(_MAY_BE_EMPTY, "")
    )


# Until somebody sets them: mail then goes to the local outbox.
_MAY_BE_EMPTY = ("SENDGRID_API_KEY", "SMTP_PASSWORD")
_KEYS = ("SIGNING_KEY", "TICKET_KEY")
# Two files that must agree are made together.
_TOGETHER = (("SERVICE_CLIENTS", "NOTIFICATIONS_CLIENT_SECRET"), ("BROKER_URL", "RABBITMQ_USER"))


def _keep(folder: Path, made: dict[str, str], *, mode: int) -> dict[str, str]:
    try:
        return _kept(folder, made, mode=mode)
    except OSError as error:
        raise Unable(f"the secrets in {folder} cannot be kept ({error.strerror})") from error


def _kept(folder: Path, made: dict[str, str], *, mode: int) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for pair in _TOGETHER:
        there = [name for name in pair if (folder / name.lower()).exists()]
        if len(there) == 1:
            names = [name.lower() for name in pair]
            raise Unable(
                f"{folder / there[0].lower()} is there without the other of {' and '.join(names)}; restore that, or remove both"
            )
    kept = {}
    for name, value in made.items():
        file = folder / name.lower()
        if not file.exists():
            _write(file, value, mode)
        kept[name] = file.read_text(encoding="utf-8", errors="replace").strip()
        _check(name, kept[name], file)
    return kept


def _check(name: str, value: str, file: Path) -> None:
    what_to_do = "restore it, or remove it and a new one is made"
    if not value and name not in _MAY_BE_EMPTY:
        raise Unable(f"{file} is empty; {what_to_do}")
    if name in _KEYS:
        try:
            load_key(value)
        except ValueError as error:
            raise Unable(f"{file} is {error}; {what_to_do}") from error


def _write(file: Path, value: str, mode: int) -> None:
    partial = file.with_suffix(".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as opened:
        # Whatever the umask: containers read them as users of their own.
        os.fchmod(descriptor, mode)
        opened.write(value + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    partial.replace(file)
