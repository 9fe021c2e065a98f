"""Static files under an address that changes with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

ROOT = Path(__file__).parent / "static"
AN_HOUR = 3600


def digest_of(root: Path) -> str:
    """A short digest of every file below `root`."""
    whole = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        whole.update(path.relative_to(root).as_posix().encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:12]


def serve_assets(app: Flask, root: Path = ROOT) -> None:
    """Serve `root` under /static/<digest>/ for ever (templates write `asset("site.css")`), and under /static/."""
    prefix = f"static/{digest_of(root)}/"
    files = WhiteNoise(
        app.wsgi_app,
        max_age=AN_HOUR,
        immutable_file_test=lambda path, url: url.startswith(f"/{prefix}"),
        add_headers_function=lambda headers, path, url: headers.add_header(
            "X-Content-Type-Options", "nosniff"
        ),
    )
    files.add_files(str(root), prefix=prefix)
    files.add_files(str(root), prefix="static/")
    app.wsgi_app = files  # type: ignore[method-assign]

    def asset(name: str) -> str:
        return f"/{prefix}{name}"

    def has_asset(name: str) -> bool:
        return (root / name).is_file()

    app.jinja_env.globals.update(asset=asset, has_asset=has_asset)
