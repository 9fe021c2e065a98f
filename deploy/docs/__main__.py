"""`python -m deploy.docs` writes the generated pages, `--check` fails where one is not what the code says."""

from __future__ import annotations

import sys

from deploy.docs import DOCS, pages


def main() -> None:
    stale = []
    for path, text in pages():
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                stale.append(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        sys.exit(
            f"stale: {', '.join(str(path.relative_to(DOCS.parent)) for path in stale)}; run `make docs`"
        )


if __name__ == "__main__":
    main()
