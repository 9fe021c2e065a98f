"""The embedded platform in a process of its own, which may be killed and started again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deploy.up import free_port
from tests.support.asking import ask
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """`doithoai serve` on a folder; `command` is what Python runs as doithoai."""

    def __init__(self, data: Path, *, command: tuple[str, ...] = ("-m", "deploy.cli")) -> None:
        self.data, self.port = data, free_port()
        self._command = command
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, *self._command, "serve", "--data", str(self.data)]
        command += ["--port", str(self.port), "--demo"]
        with (self.data / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        until(self._answers, seconds=30, what="the platform's first answer")

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        return ask(f"{self.base_url}/api/registrations/readyz")[0] == 200
