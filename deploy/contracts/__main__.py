"""`python -m deploy.contracts` compares what is published with the last release; `--release` makes it the last release.

A release that would break a promise is refused. A message type that nobody reads any more is taken out of
tests/contracts/released.json by hand, in the commit that takes it out of the code.
"""

from __future__ import annotations

import json
import sys

from deploy import contracts


def main() -> None:
    problems = contracts.broken_promises() + contracts.unreadable_messages()
    if problems:
        sys.exit("\n".join(problems))
    if "--release" in sys.argv:
        shapes = json.dumps(contracts.published(), ensure_ascii=False, indent=1, sort_keys=True)
        contracts.RELEASED.write_text(shapes + "\n")


if __name__ == "__main__":
    main()
