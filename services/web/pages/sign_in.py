"""Signing in without a password: a mail with a link and a code, both bound to the browser that asked."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask import session as cookie
from werkzeug.wrappers import Response

from services.web import session
from services.web.clients import Away, Refused, clients, if_there
from services.web.forms import Form
from services.web.security import keep_nowhere, local_path
from services.web.texts import gettext as _

bp = Blueprint("sign_in", __name__)

HOME = "/toi"
Page = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Response


def ask(email: str, *, come_back: str) -> None:
    """Have the mail sent, and note where this browser waits for it. Refused or Away like the client."""
    asked = clients().sign_ins.ask(
        email=email, language=session.language(), browser=session.browser_digest()
    )
    cookie["asked"] = {"id": asked["id"], "email": email[:200], "next": come_back}


@bp.get("/dang-nhap")
def sign_in() -> Page:
    come_back = local_path(request.args.get("next"), HOME)
    return (
        redirect(come_back, 303)
        if session.signed_in()
        else _show("sign_in.html", Form({"next": come_back}))
    )


@bp.post("/dang-nhap")
def send_mail() -> Page:
    form = Form(request.form)
    email = form.text("email", required=_("Xin nhập địa chỉ thư của bạn."))
    if form.good:
        try:
            ask(email, come_back=local_path(form["next"], HOME))
        except (Refused, Away) as error:
            form.refuse(error)
        else:
            return redirect("/dang-nhap/ma", 303)
    return _show("sign_in.html", form)


@bp.get("/dang-nhap/ma")
def code() -> Page:
    if "asked" not in cookie:
        return redirect("/dang-nhap", 303)
    return _show("sign_in_code.html", Form())


@bp.post("/dang-nhap/ma")
def use_code() -> Page:
    if "asked" not in cookie:
        return redirect("/dang-nhap", 303)
    form = Form(request.form)
    typed = form.text("code", required=_("Xin nhập mã gồm sáu chữ số trong thư."))
    digits = "".join(typed.split())
    if typed and not (len(digits) == 6 and digits.isascii() and digits.isdigit()):
        form.errors["code"] = _("Mã gồm đúng sáu chữ số. Xin xem lại trong thư.")
    if form.good:
        try:
            return _complete(str(cookie["asked"]["id"]), code=digits)
        except Refused:
            form.errors["code"] = _(
                "Mã này chưa đúng hoặc đã hết hạn. Xin xem thư mới nhất, hoặc gửi lại mã."
            )
        except Away as away:
            form.refuse(away)
    return _show("sign_in_code.html", form)


@bp.get("/dang-nhap/<uuid:sign_in_id>")
def link(sign_in_id: UUID) -> Page:
    """Only a button: mail scanners open links, so opening one uses nothing up."""
    keep_nowhere()
    form = Form({"token": request.args.get("token", "")})
    return render_template(
        "sign_in_link.html", form=form, ours="browser" in cookie and bool(form["token"])
    )


@bp.post("/dang-nhap/<uuid:sign_in_id>")
def use_link(sign_in_id: UUID) -> Page:
    form = Form(request.form)
    try:
        return _complete(str(sign_in_id), token=form["token"])
    except Refused as refused:
        form.errors["_"] = refused.detail or refused.title
    return render_template("sign_in_link.html", form=form, ours=False), 400


@bp.post("/dang-xuat")
def sign_out() -> Page:
    if session.signed_in():
        secret = str(cookie["secret"])
        if_there(lambda: clients().sign_ins.end_session(secret))
    session.end()
    flash(_("Bạn đã đăng xuất."), "note")
    response = redirect("/", 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _complete(sign_in_id: str, **proof: str) -> Response:
    answer = clients().sign_ins.complete(sign_in_id, browser_nonce=session.browser_nonce(), **proof)
    come_back = local_path((cookie.get("asked") or {}).get("next"), HOME)
    session.begin(answer)
    return redirect(come_back, 303)


def _show(template: str, form: Form) -> Page:
    page = render_template(
        template, form=form, demo=current_app.extensions["settings"].demo, asked=cookie.get("asked")
    )
    return page, form.status, form.headers
