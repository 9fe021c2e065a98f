"""`doithoai`: the command line of the platform."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import click

from deploy import folder
from deploy.operating.commands import messages
from deploy.unable import Unable
from shared import logs


class Commands(click.Group):
    """Ends with one line where a command cannot go on."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Unable as error:
            sys.exit(f"doithoai {ctx.invoked_subcommand}: {error}")


public_url_option = click.option(
    "--public-url",
    default="",
    envvar="PUBLIC_URL",
    help="Where people reach the portal: links in mails start with it, and https makes cookies secure.  [default: the address here]",
)


@click.group(cls=Commands)
def main() -> None:
    """Đối Thoại: dialogues between local leaders and young businesses."""


main.add_command(messages)


@main.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True, help="Port on 127.0.0.1.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of the demo; made anew.  [default: build/demo, with the port where it is not 8000]",
)
@click.option("--once", is_flag=True, envvar="ONCE", help="Exit after the walk.")
def demo(port: int, data: Path | None, once: bool) -> None:
    """Start the whole platform in this process, load the demo data, walk the main job, keep serving."""
    from deploy.demonstration import Demonstration

    logs.configure("console", level=40)
    _free("127.0.0.1", port)
    if once:
        with tempfile.TemporaryDirectory(prefix="doithoai-") as passing:
            _run_demo(Demonstration(Path(passing), port=port, say=click.echo), once=True)
        return
    data = data or folder.of_demo(port)
    with folder.held_anew(data):
        _run_demo(Demonstration(data, port=port, say=click.echo), once=False)


@main.command()
@click.option("--host", default="127.0.0.1", envvar="HOST", show_default=True)
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data"),
    envvar="DATA",
    show_default=True,
    help="Folder that holds everything.",
)
@click.option(
    "--demo",
    "as_demo",
    is_flag=True,
    envvar="DEMO",
    help="Show mails at /outbox, to this machine only.",
)
@public_url_option
def serve(host: str, port: int, data: Path, as_demo: bool, public_url: str) -> None:
    """Run the embedded platform on a folder that is kept."""
    from deploy.embedded import Options, Platform
    from deploy.mailing import mail_settings, where_mails_stay

    logs.configure(os.environ.get("LOG_FORMAT", "console"))
    mail, public_url = mail_settings(), _checked(public_url)
    _free(host, port)
    with folder.held(data):
        platform = Platform(
            Options(data=data, host=host, port=port, demo=as_demo, public_url=public_url, mail=mail)
        )
        address = f"http://{host}:{port}"
        mails = where_mails_stay(mail, data=data, demo=as_demo, address=address)
        _stop_on_signal(platform.hang_up)
        try:
            platform.start()
            platform.serve(ready=lambda: _say_ready(address, mails))
        finally:
            platform.stop()


@main.group()
def admin() -> None:
    """The platform's administrators."""


@admin.command()
@click.argument("email")
@click.option("--name", default="Quản trị viên", show_default=True)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=None,
    envvar="DATA",
    help="Folder of the embedded platform; else DATABASE_URL is community's.",
)
def create(email: str, name: str, data: Path | None) -> None:
    """Make EMAIL an administrator; it then signs in like everybody."""
    from deploy.administrators import create_admin

    url = (
        f"sqlite:///{data / 'community.db'}"
        if data is not None
        else os.environ.get("DATABASE_URL", "")
    )
    if not url:
        raise Unable("say where community's database is, with --data FOLDER or DATABASE_URL")
    create_admin(url, email=email, name=name)
    click.echo(f"{email} có quyền quản trị · is an administrator")


@main.command()
@click.argument("where", metavar="FOLDER", type=click.Path(path_type=Path))
def secrets(where: Path) -> None:
    """Make the secrets of a deployment in FOLDER, a file each; those that exist stay."""
    from deploy.secrets import load_or_make_for_containers

    for name in load_or_make_for_containers(where):
        click.echo(f"{where / name.lower()}")


@main.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("build/up"), show_default=True
)
@click.option(
    "--database-url",
    default="postgresql://postgres@127.0.0.1:5432/postgres",
    envvar="DATABASE_URL",
    show_default=True,
    help="Where databases may be created.",
)
@click.option(
    "--broker-url",
    default="amqp://guest:guest@127.0.0.1:5672/",
    envvar="BROKER_URL",
    show_default=True,
)
@click.option(
    "--demo",
    "as_demo",
    is_flag=True,
    envvar="DEMO",
    help="Show mails at /outbox, to this machine only.",
)
@click.option(
    "--name",
    default="doithoai",
    show_default=True,
    help="Databases and queues carry it; two platforms on the same servers need two.",
)
@public_url_option
def up(
    port: int,
    data: Path,
    database_url: str,
    broker_url: str,
    as_demo: bool,
    name: str,
    public_url: str,
) -> None:
    """Start a process a role against PostgreSQL and RabbitMQ, without containers."""
    from deploy.mailing import mail_settings, mail_variables, where_mails_stay
    from deploy.up import Composed, Options

    logs.configure("console", level=40)
    mail, public_url = mail_settings(), _checked(public_url)
    _free("127.0.0.1", port)
    with folder.held(data):
        options = Options(
            data=data,
            database_url=database_url,
            broker_url=broker_url,
            port=port,
            exchange=name,
            database_prefix=f"{name}_",
            demo=as_demo,
            public_url=public_url,
            mail=mail_variables(),
        )
        composed = Composed(options, say=click.echo)
        _stop_on_signal(composed.stop)
        address = f"http://127.0.0.1:{port}"
        try:
            composed.start()
            _say_ready(address, where_mails_stay(mail, data=data, demo=as_demo, address=address))
            composed.wait()
        finally:
            composed.stop()


def _run_demo(demonstration: object, *, once: bool) -> None:
    from deploy.demonstration import Demonstration

    assert isinstance(demonstration, Demonstration)
    try:
        if not demonstration.run():
            sys.exit(1)
        if once:
            return
        done = threading.Event()
        _stop_on_signal(done.set)
        demonstration.invite()
        while not done.wait(1.0):
            pass
    finally:
        demonstration.stop()


def _say_ready(address: str, mails: str | None) -> None:
    if mails is not None:
        click.echo(mails)
    click.echo(address)


def _checked(public_url: str) -> str:
    """An address of the portal without the slash at its end; Unable where it is none."""
    try:
        parts = urlsplit(public_url)
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if public_url and (not fine or parts.path.strip("/") or parts.query or parts.fragment):
        raise Unable(f"PUBLIC_URL: https://host or http://host, without a path, not {public_url!r}")
    return public_url.rstrip("/")


def _free(host: str, port: int) -> None:
    import socket

    if not 0 < port < 65536:
        raise Unable(f"there is no port {port}; choose another with PORT=8001")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unable(
                f"port {port} on {host} cannot be used ({error.strerror}); choose another with PORT=8001"
            ) from error


def _stop_on_signal(stop: object) -> None:
    def handle(_signal: int, _frame: FrameType | None) -> None:
        assert callable(stop)
        threading.Thread(target=stop, daemon=True).start()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, handle)


if __name__ == "__main__":
    main()
