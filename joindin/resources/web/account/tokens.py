"""Pages for personal tokens and for the applications that the user gave access to, at the paths of ephios (spec 12)."""

import datetime as dt

from flask import redirect, request
from wtforms import DateField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Optional

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, FormWithSecret, choices, max_length, required
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, translate_error
from joindin.http.pages.repeated_forms import read_sent_form
from joindin.http.sessions import recent_sign_in_required, require_user
from joindin.operations.accounts.api_tokens import revoke_token
from joindin.operations.accounts.oauth_grants import revoke_consent
from joindin.operations.accounts.personal_tokens import (
    MAX_DESCRIPTION_LENGTH,
    MSG_DESCRIPTION_REQUIRED,
    MSG_SCOPE_REQUIRED,
    create_personal_token,
)
from joindin.queries.accounts.api_tokens import find_own_token, list_personal_tokens, list_sign_ins
from joindin.queries.accounts.oauth_grants import list_authorizations
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.one_time_secret import TTL_S, pop_one_time_secret, store_one_time_secret
from joindin.security.scopes import SCOPE_DESCRIPTIONS, SCOPES
from joindin.utils.datetimes import UTC, utc_now
from joindin.utils.text import parse_id, to_plain_line

PAGE_PATH = "/api/settings/token/"
MSG_TOKEN_NOT_FOUND = "Token not found"
MSG_APPLICATION_NOT_FOUND = "Application not found"


class OptionalUnlessTimed(Optional):
    """The day of an expiry. With a time alone, the token would never expire."""

    def __call__(self, form, field):
        if form.expires_1.data is None:
            super().__call__(form, field)
        else:
            InputRequired(gettext("Enter the last day too, or leave the time empty."))(form, field)


class NewTokenForm(FormWithSecret):
    description = TextAreaField(
        lazy_gettext("What is it for?"),
        [
            required(lazy_gettext(MSG_DESCRIPTION_REQUIRED)),
            max_length(MAX_DESCRIPTION_LENGTH, lazy_gettext("The description")),
        ],
        filters=[lambda text: to_plain_line(text or "")],
        render_kw={"rows": 2},
    )
    scope = CheckboxList(
        lazy_gettext("What may it do?"),
        [required(lazy_gettext(MSG_SCOPE_REQUIRED))],
        choices=choices((scope, lazy_gettext(text)) for scope, text in SCOPE_DESCRIPTIONS.items()),
    )
    expires_0 = DateField(
        lazy_gettext("Last day"),
        [OptionalUnlessTimed()],
        description=lazy_gettext("Without it the token never expires"),
    )
    expires_1 = TimeField(
        lazy_gettext("Time on that day"),
        [Optional()],
        description=lazy_gettext("In UTC. Without it, the end of the day"),
    )

    def expires_at(self) -> dt.datetime | None:
        if self.expires_0.data is None:
            return None
        return dt.datetime.combine(self.expires_0.data, self.expires_1.data or dt.time(23, 59), UTC)


@recent_sign_in_required
def tokens_page():
    user, now = require_user(), utc_now()
    return render_page(
        "web/account/tokens.html",
        authorizations=list_authorizations(db.session, user.id, now),
        tokens=list_personal_tokens(db.session, user.id),
        sign_ins=list_sign_ins(db.session, user.id, now),
        all_scopes=SCOPES,
        now=now,
    )


@recent_sign_in_required
def create_token_page():
    form = NewTokenForm()
    if form.validate_on_submit():
        try:
            token, secret = create_personal_token(
                db.session,
                actor=require_user(),
                description=form.description.data,
                scopes=form.scope.data,
                expires_at=form.expires_at(),
                now=utc_now(),
                allows_any_expiry=True,
                form_secret=read_sent_form().secret,
            )
        except InvalidInput as error:
            db.session.rollback()
            form.add_error(translate_error(error), form.expires_0 if form.expires_0.data else None)
        else:
            db.session.commit()
            store_one_time_secret(f"token {token.id}", secret)
            return redirect(f"{PAGE_PATH}reveal/{token.id}/")
    return render_page("web/account/token_new.html", form=form)


@recent_sign_in_required
def reveal_token_page(token_id):
    try:
        token = find_own_token(db.session, require_user().id, token_id)
    except NotFound:
        raise Forbidden("This token is not yours") from None
    secret = pop_one_time_secret(f"token {token_id}")
    if secret is None:
        if utc_now() - token.created_at < dt.timedelta(seconds=TTL_S):
            flash_error(
                gettext("A token is shown only once. If you have not copied it, revoke it and create another one.")
            )
        else:
            flash_error(gettext("Token is too old to be revealed."))
        return redirect(PAGE_PATH)
    response = render_page("web/account/token_reveal.html", token=token, secret=secret)
    response.cache_control.no_store = True
    return response


@recent_sign_in_required
def revoke_token_action():
    token_id = parse_id(request.form.get("pk", ""))
    if token_id is None:
        raise NotFound(MSG_TOKEN_NOT_FOUND)
    token = find_own_token(db.session, require_user().id, token_id)
    revoke_token(db.session, token, actor=require_user(), now=utc_now())
    db.session.commit()
    flash_success(gettext("Token was revoked."))
    return redirect(PAGE_PATH)


@recent_sign_in_required
def revoke_consent_action():
    client_id = parse_id(request.form.get("client", ""))
    if client_id is None:
        raise NotFound(MSG_APPLICATION_NOT_FOUND)
    revoke_consent(db.session, user_id=require_user().id, client_id=client_id, now=utc_now())
    db.session.commit()
    flash_success(gettext("That application no longer has access."))
    return redirect(PAGE_PATH)


blp.add_url_rule(PAGE_PATH, view_func=tokens_page)
blp.add_url_rule(f"{PAGE_PATH}create/", view_func=create_token_page, methods=["GET", "POST"])
blp.add_url_rule(f"{PAGE_PATH}reveal/<positive:token_id>/", view_func=reveal_token_page)
blp.add_url_rule(f"{PAGE_PATH}revoke/", view_func=revoke_token_action, methods=["POST"])
blp.add_url_rule(f"{PAGE_PATH}withdraw/", view_func=revoke_consent_action, methods=["POST"])
