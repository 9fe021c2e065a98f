"""A partner's channels: the addresses where its own system is told, their secrets, and what they are told of."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from services.web.channel_words import TOPICS, disabled_why, kind_name
from services.web.clients import Away, Json, Refused, clients
from services.web.forms import Form
from services.web.rights import runs_channels
from services.web.security import keep_nowhere
from services.web.session import needs_person
from services.web.texts import gettext as _

bp = Blueprint("channels", __name__, url_prefix="/doi-tac/kenh")

Page = tuple[str, int, dict[str, str]]


@bp.get("")
@needs_person
def channels() -> Page:
    return _list(_organisation(), Form({f"topic.{topic}": "1" for topic in TOPICS}))


@bp.post("")
@needs_person
def add() -> Page:
    """Add an address and show its secret, this once: there is no page to come back to."""
    organisation, form = _organisation(), Form(request.form)
    url, topics = _typed(form)
    if form.good:
        try:
            made = clients().channels.add(organisation["id"], url=url, topics=topics)
        except (Refused, Away) as error:
            form.refuse_or_leave(error)
        else:
            return _secret(made, renewed=False)
    return _list(organisation, form)


@bp.get("/<uuid:endpoint_id>/sua")
@needs_person
def edit(endpoint_id: UUID) -> Page:
    endpoint = clients().channels.endpoint(str(endpoint_id))
    chosen = {f"topic.{topic}": "1" for topic in endpoint["topics"] or TOPICS}
    return _edit(endpoint, Form({"url": endpoint["url"], "etag": endpoint["_etag"]} | chosen))


@bp.post("/<uuid:endpoint_id>/sua")
@needs_person
def change(endpoint_id: UUID) -> Page | Response:
    form = Form(request.form)
    url, topics = _typed(form)
    if form.good:
        try:
            changes = {"url": url, "topics": topics}
            clients().channels.change(str(endpoint_id), changes, etag=form["etag"])
        except (Refused, Away) as error:
            form.refuse_or_leave(error)
        else:
            flash(_("Đã lưu. Tin đang chờ sẽ đến địa chỉ mới."), "ok")
            return redirect(f"/doi-tac/kenh/{endpoint_id}", 303)
    return _edit(clients().channels.endpoint(str(endpoint_id)), form)


@bp.post("/<uuid:endpoint_id>/doi-khoa")
@needs_person
def rotate(endpoint_id: UUID) -> Page:
    """Another secret, shown this once."""
    return _secret(clients().channels.rotate(str(endpoint_id)), renewed=True)


@bp.post("/<uuid:endpoint_id>/bat-lai")
@needs_person
def enable(endpoint_id: UUID) -> Response:
    clients().channels.enable(str(endpoint_id))
    flash(_("Đã bật lại. Tin mới sẽ được gửi; tin đã lỡ thì gửi lại từng tin ở dưới."), "ok")
    return redirect(f"/doi-tac/kenh/{endpoint_id}", 303)


@bp.post("/<uuid:endpoint_id>/xoa")
@needs_person
def delete(endpoint_id: UUID) -> Response:
    endpoint = clients().channels.endpoint(str(endpoint_id))
    clients().channels.delete(str(endpoint_id))
    flash(_("Đã xóa địa chỉ nhận tin. Không còn gì được gửi đến đó nữa."), "ok")
    return redirect(f"/doi-tac/kenh?don-vi={endpoint['organisation_id']}", 303)


def _list(organisation: Json, form: Form) -> Page:
    page = render_template(
        "partner/channels.html",
        form=form,
        organisation=organisation,
        organisations=_organisations(),
        endpoints=[] if form.away else clients().channels.endpoints(organisation["id"]),
        topics=[(topic, kind_name(topic)) for topic in TOPICS],
        kind_name=kind_name,
        disabled_why=disabled_why,
    )
    return _answer(form, page)


def _edit(endpoint: Json, form: Form) -> Page:
    topics = [(topic, kind_name(topic)) for topic in TOPICS]
    page = render_template("partner/change.html", form=form, endpoint=endpoint, topics=topics)
    return _answer(form, page)


def _secret(made: Json, *, renewed: bool) -> Page:
    keep_nowhere()
    return render_template("partner/secret.html", endpoint=made, renewed=renewed), 200, {}


def _answer(form: Form, page: str) -> Page:
    return page, form.status, form.headers


def _typed(form: Form) -> tuple[str, list[str]]:
    """The address and the topics; all of them is the empty list, which means what comes later, too."""
    url = form.text("url", required=_("Xin nhập địa chỉ của hệ thống, bắt đầu bằng https://."))
    chosen = [topic for topic in TOPICS if form.ticked(f"topic.{topic}")]
    if not chosen:
        form.errors["topics"] = _("Xin chọn ít nhất một loại tin.")
    return url, [] if len(chosen) == len(TOPICS) else chosen


def _organisations() -> list[Json]:
    """Those whose channels the person looks after."""
    memberships = clients().community.me().get("memberships", [])
    found = {
        held["organisation"]["id"]: held["organisation"]
        for held in memberships
        if held["role"] == "officer"
    }
    return sorted(found.values(), key=lambda organisation: str(organisation["name"]))


def _organisation() -> Json:
    """The one that the address names, else the first; or the page that says there is no such thing."""
    mine, asked = _organisations(), request.args.get("don-vi", "")
    for one in mine:
        if asked in ("", one["id"]):
            return one
    if not asked or not runs_channels(asked):
        abort(404)
    return clients().community.organisation(asked)
