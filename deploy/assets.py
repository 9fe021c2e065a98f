"""Front-end files and the letters of papers: fetched with npm as package-lock.json says, copied to where they are used.

Only the standard library is used: `make` runs this before anything else can be relied on. Nothing that is
fetched is committed, and no Node runs after this.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / "node_modules"
TARGET = ROOT / "services" / "web" / "static" / "vendor"
# What registrations prints with: papers need whole fonts, browsers take them in pieces.
LETTERS = ROOT / "services" / "registrations" / "vendor"
STAMP = PACKAGES / ".copied-to-the-portal"

FONT = "@fontsource/be-vietnam-pro"
WHOLE_FONT = "@expo-google-fonts/be-vietnam-pro"
SUBSETS = ("vietnamese", "latin", "latin-ext")
WEIGHTS = (400, 600, 700)
PATIENCE = ("--fetch-retries=3", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
OLDEST_NPM = 7  # the first that reads this form of lock file


class Failed(Exception):
    """The front-end files cannot be had; the text is one line for a person."""


def wanted() -> Iterator[tuple[str, str]]:
    """Each file: its path below node_modules, and its name in the target."""
    for subset in SUBSETS:
        for weight in WEIGHTS:
            name = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            yield f"{FONT}/files/{name}", name
    yield "htmx.org/dist/htmx.min.js", "htmx.min.js"
    yield "swagger-ui-dist/swagger-ui.css", "swagger-ui.css"
    yield "swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"
    yield "barcode-detector/dist/iife/ponyfill.js", "barcode-detector.js"
    yield "zxing-wasm/dist/reader/zxing_reader.wasm", "zxing_reader.wasm"
    for package in (FONT, "htmx.org", "swagger-ui-dist", "barcode-detector", "zxing-wasm"):
        yield f"{package}/LICENSE", f"licences/{package.rpartition('/')[2]}.txt"


def letters() -> Iterator[tuple[str, str]]:
    """As `wanted`, for papers."""
    for style, name in (("400Regular", "Regular"), ("700Bold", "Bold")):
        yield f"{WHOLE_FONT}/{style}/BeVietnamPro_{style}.ttf", f"BeVietnamPro-{name}.ttf"
    yield f"{WHOLE_FONT}/LICENSE_FONT", "licences/be-vietnam-pro.txt"


def main(arguments: list[str]) -> int:
    """Fetch and copy what is not there yet; `--copy` only copies (for images, where npm ran before)."""
    digest = _digest()
    if _is_current(digest):
        return 0
    try:
        if "--copy" not in arguments:
            fetch()
        count = copy()
    except Failed as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    STAMP.write_text(digest)
    places = " and ".join(str(place.relative_to(ROOT)) for place in (TARGET, LETTERS))
    print(f"assets: {count} files in {places}", flush=True)
    return 0


def fetch() -> None:
    """Fill node_modules with exactly what the lock holds; no package's own script runs."""
    npm = _npm()
    environment = dict(os.environ)
    if not os.access(Path("~").expanduser(), os.W_OK):
        environment["npm_config_cache"] = str(ROOT / ".cache" / "npm")
    # Behind an office's proxy, only the system knows the authority of its certificates.
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    print("assets: fetching the front-end packages with npm", flush=True)
    _run(
        [npm, "ci", "--ignore-scripts", "--prefer-offline", *PATIENCE],
        environment,
        "npm could not fetch the front-end packages",
    )


def copy() -> int:
    """Replace the targets by the wanted files; how many they are."""
    _versions_agree()
    return _replace(TARGET, list(wanted())) + _replace(LETTERS, list(letters()))


def _replace(place: Path, files: list[tuple[str, str]]) -> int:
    fresh = place.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        for source, name in files:
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PACKAGES / source, target)
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)
    except OSError as error:
        raise Failed(f"cannot copy {error.filename}: {error.strerror}") from error
    return len(files)


def _npm() -> str:
    """The machine's npm, else the one of the environment, which is installed where it is missing."""
    for candidate in (shutil.which("npm"), str(_npm_of_environment())):
        if candidate and _major_version(candidate) >= OLDEST_NPM:
            return candidate
    print("assets: this machine has no npm, taking the one of requirements/node.txt", flush=True)
    requirements = str(ROOT / "requirements" / "node.txt")
    _run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements],
        dict(os.environ),
        "there is no npm, and pip could not install one",
    )
    return str(_npm_of_environment())


def _npm_of_environment() -> Path:
    return Path(sys.prefix) / "bin" / "npm"


def _major_version(npm: str) -> int:
    try:
        told = subprocess.run(
            [npm, "--version"], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"(\d+)\.", told.stdout)
    return int(found[1]) if found else 0


def _run(command: list[str], environment: dict[str, str], otherwise: str) -> None:
    # npm starts node by name: the environment's own stands beside its npm.
    environment["PATH"] = f"{environment.get('PATH', os.defpath)}:{Path(command[0]).parent}"
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line.removeprefix("npm error").strip() for line in done.stderr.splitlines()]
        telling = [line for line in lines if "reason:" in line or "ERROR" in line] or lines
        raise Failed(f"{otherwise}: {telling[0] if telling else f'exit code {done.returncode}'}")


def _versions_agree() -> None:
    """The scanner's JavaScript and its WebAssembly speak to each other only in the same version."""
    try:
        asked = _package("barcode-detector")["dependencies"]["zxing-wasm"]
        found = _package("zxing-wasm")["version"]
    except (OSError, KeyError, ValueError) as error:
        raise Failed(f"the scanner's packages cannot be read: {error}") from error
    if asked != found:
        raise Failed(f"barcode-detector needs zxing-wasm {asked}, package.json names {found}")


def _package(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((PACKAGES / name / "package.json").read_text())
    return read


def _digest() -> str:
    """What the result depends on: the lock, and this file."""
    return hashlib.sha256(
        (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    ).hexdigest()


def _is_current(digest: str) -> bool:
    if not STAMP.is_file() or STAMP.read_text() != digest:
        return False
    there = [TARGET / name for _, name in wanted()] + [LETTERS / name for _, name in letters()]
    return all(file.is_file() for file in there)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
