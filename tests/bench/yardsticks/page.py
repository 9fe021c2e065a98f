"""A Flask view that runs one query and renders given bytes with Jinja; and one that only gives them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask, Response
from jinja2 import Environment
from sqlalchemy.engine import Engine

_TOKENS = {"text/html": re.compile(r"<[^>]*>|[^<]+"), "text/calendar": re.compile(r"[^\n]*\n")}


def view_of(content: bytes, blocks: Sequence[str], engine: Engine, *, content_type: str) -> Flask:
    """The app whose "/" queries what differs between the blocks, and renders `content` from it.

    `blocks` are the parts of it that are alike, one for each row of the query, one after the other. Of a page without
    such parts the whole is one block.
    """
    media = content_type.partition(";")[0]
    is_html = media == "text/html"
    head, rest = content.decode().split(blocks[0], 1)
    tail = rest.split(blocks[-1], 1)[1] if len(blocks) > 1 else rest
    between = _between(content.decode(), blocks)
    split = [_TOKENS[media].findall(block) for block in blocks]
    varies = [len({one[place] for one in split}) > 1 for place in range(len(split[0]))]
    assert {len(one) for one in split} == {len(varies)}, "the blocks are not alike"
    columns = [place for place, is_one in enumerate(varies) if is_one] or [0]
    template = "".join(
        _variable(place, split[0][place], is_html=is_html)
        if place in columns
        else "{% raw %}" + token + "{% endraw %}"
        for place, token in enumerate(split[0])
    )
    table = sa.Table(
        f"yardstick_{abs(hash(content)) % 10**8}",
        sa.MetaData(),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("before", sa.Text),
        *(sa.Column(f"c{place}", sa.Text) for place in columns),
    )
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            table.insert(),
            [
                {"position": number, "before": between[number]}
                | {
                    f"c{place}": html.unescape(one[place]) if is_html else one[place]
                    for place in columns
                }
                for number, one in enumerate(split)
            ],
        )
    # A calendar's lines end in CR LF; a template's are made alike.
    newline = "\r\n" if b"\r\n" in content else "\n"
    environment = Environment(
        autoescape=is_html, keep_trailing_newline=True, newline_sequence=newline
    )
    rendered = environment.from_string(
        "{% raw %}" + head + "{% endraw %}"
        "{% for row in rows %}{{ row.before | safe }}" + template + "{% endfor %}"
        "{% raw %}" + tail + "{% endraw %}"
    )
    query = sa.select(table).order_by(table.c.position)
    app = Flask("yardstick")

    @app.get("/")
    def page() -> Response:
        with engine.connect() as connection:
            rows = connection.execute(query).all()
            return Response(rendered.render(rows=rows), content_type=content_type)

    return app


def static(content: bytes, *, content_type: str) -> Flask:
    """The app whose "/" answers with the same bytes every time."""
    app = Flask("static")

    @app.get("/")
    def page() -> Response:
        return Response(content, content_type=content_type)

    return app


def _variable(place: int, token: str, *, is_html: bool) -> str:
    # A text is escaped as Jinja does it; a tag was written by the page.
    safe = " | safe" if is_html and token.startswith("<") else ""
    return "{{ row.c" + str(place) + safe + " }}"


def _between(content: str, blocks: Sequence[str]) -> list[str]:
    """What stands before each block: a month's heading; before the first nothing."""
    before, rest = [""], content.split(blocks[0], 1)[1]
    for block in blocks[1:]:
        gap, rest = rest.split(block, 1)
        before.append(gap)
    return before
