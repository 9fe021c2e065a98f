"""`doithoai`: the command line of the platform."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from shared import logs

_MARK = ".doithoai-demo"


@click.group()
def main() -> None:
    """Đối Thoại: dialogues between local leaders and young businesses."""


@main.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True, help="Port on 127.0.0.1.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help="Folder of the demo; made anew.",
)
@click.option("--once", is_flag=True, envvar="ONCE", help="Exit after the walk.")
def demo(port: int, data: Path, once: bool) -> None:
    """Start the whole platform in this process, load the demo data, walk the main job, keep serving."""
    from deploy.demonstration import Demonstration

    logs.configure("console", level=40)
    if once:
        with tempfile.TemporaryDirectory(prefix="doithoai-") as folder:
            _run_demo(Demonstration(Path(folder), port=port, say=click.echo), once=True)
        return
    _run_demo(Demonstration(_fresh(data), port=port, say=click.echo), once=False)


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
def serve(host: str, port: int, data: Path, as_demo: bool) -> None:
    """Run the embedded platform on a folder that is kept."""
    from deploy.embedded import Options, Platform, mail_from_environment

    logs.configure(os.environ.get("LOG_FORMAT", "console"))
    _writable(data)
    _free(host, port)
    platform = Platform(
        Options(data=data, host=host, port=port, demo=as_demo, mail=mail_from_environment())
    )
    platform.start()
    _stop_on_signal(platform.stop)
    platform.serve(ready=lambda: click.echo(f"http://{host}:{port}"))


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
        sys.exit(
            "doithoai admin create: say where community's database is, with --data FOLDER or DATABASE_URL"
        )
    create_admin(url, email=email, name=name)
    click.echo(f"{email} có quyền quản trị · is an administrator")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def secrets(folder: Path) -> None:
    """Make the secrets of a deployment in FOLDER, a file each; those that exist stay."""
    from deploy.secrets import load_or_make_for_containers

    for name in load_or_make_for_containers(folder):
        click.echo(f"{folder / name.lower()}")


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
def up(port: int, data: Path, database_url: str, broker_url: str, as_demo: bool) -> None:
    """Start a process a role against PostgreSQL and RabbitMQ, without containers."""
    from deploy.up import Composed, NotReady, Options

    logs.configure("console", level=40)
    _writable(data)
    _free("127.0.0.1", port)
    composed = Composed(
        Options(
            data=data, database_url=database_url, broker_url=broker_url, port=port, demo=as_demo
        ),
        say=click.echo,
    )
    _stop_on_signal(composed.stop)
    try:
        composed.start()
        click.echo(f"http://127.0.0.1:{port}")
        composed.wait()
    except NotReady as error:
        sys.exit(f"doithoai up: {error}")
    finally:
        composed.stop()


def _run_demo(demonstration: object, *, once: bool) -> None:
    from deploy.demonstration import Demonstration

    assert isinstance(demonstration, Demonstration)
    _free("127.0.0.1", demonstration.port)
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


def _fresh(data: Path) -> Path:
    """An empty folder for the demo, whose dates follow today; a folder that is not the demo's is left alone."""
    if data.exists() and any(data.iterdir()) and not (data / _MARK).exists():
        sys.exit(f"doithoai demo: {data} holds something else; name another folder with --data")
    _writable(data.parent if not data.exists() else data)
    shutil.rmtree(data, ignore_errors=True)
    _writable(data)
    (data / _MARK).write_text(datetime.now(UTC).isoformat() + "\n")
    return data


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        sys.exit(
            f"doithoai: cannot write to {folder} ({error.strerror}); name another folder with --data"
        )


def _free(host: str, port: int) -> None:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(
                f"doithoai: port {port} on {host} cannot be used ({error.strerror}); choose another with PORT=8001"
            )


def _stop_on_signal(stop: object) -> None:
    def handle(_signal: int, _frame: FrameType | None) -> None:
        assert callable(stop)
        threading.Thread(target=stop, daemon=True).start()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, handle)


if __name__ == "__main__":
    main()
