"""`python -m tests.bench [names…]`: measure, print a table, write build/bench.jsonl. QUICK=1 is the short form."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from tests.bench import away, consume, finding, latency, lists, pages, relay, seats
from tests.bench.ground import ROOT, Ground
from tests.bench.harness import Row, machine, table, write_lines
from tests.support.servers import Servers

FAMILIES: dict[str, Callable[[Ground], Iterator[Row]]] = {
    "relay": relay.rows,
    "consume": consume.rows,
    "latency": latency.rows,
    "away": away.rows,
    "pages": pages.rows,
    "finding": finding.rows,
    "seats": seats.rows,
    "lists": lists.rows,
}


def main(names: list[str]) -> int:
    """0 when every row could be measured, held or not."""
    if unknown := [name for name in names if name not in FAMILIES]:
        print(f"bench: no {', '.join(unknown)}; there are {', '.join(FAMILIES)}", file=sys.stderr)
        return 2
    # `kill` ends it in the same order as Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    quick = os.environ.get("QUICK") == "1"
    about = machine()
    print(f"bench: {about}{' · the short form' if quick else ''}", flush=True)
    rows: list[Row] = []
    failed: list[str] = []
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"bench: {time.monotonic() - began:4.0f} s  {family}: {text}", flush=True)

    with ExitStack() as whole:
        servers = Servers()
        whole.callback(servers.close)
        servers.provide()
        if servers.missing:
            print(f"bench: {'; '.join(servers.missing.values())}", file=sys.stderr)
            return 1
        for family in names or FAMILIES:
            try:
                with ExitStack() as stack:
                    rows += FAMILIES[family](Ground(stack, quick=quick, say=say))
            except Exception:  # noqa: BLE001 - the other families are measured all the same
                traceback.print_exc()
                failed.append(family)
    write_lines(rows, ROOT / "build" / "bench.jsonl")
    print(f"\n{table(rows)}\n\n{about}")
    if failed:
        print(f"bench: could not be measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
