"""People's own tokens, and the applications they let in: ephios's pages (spec 12)."""

import datetime as dt

from flask import redirect, request
from wtforms import DateField, TextAreaField, TimeField
from wtforms.validators import Optional

from joindin.errors import Invalid, NotAllowed, NotFound
from joindin.extensions import db
from joindin.http.forms import Boxes, Form, at_most, choices, filled
from joindin.http.html_pages import notify, show_page
from joindin.http.sessions import person, require_person, require_recent_sign_in
from joindin.http.trailing_slash import add_slashed
from joindin.operations.accounts.api_tokens import revoke_token
from joindin.operations.accounts.oauth_grants import withdraw_consent
from joindin.operations.accounts.personal_tokens import LONGEST_DESCRIPTION, NO_DESCRIPTION, NO_SCOPE, make_token
from joindin.queries.accounts.api_tokens import find_token_of, list_personal_tokens, list_sign_ins
from joindin.queries.accounts.oauth_grants import list_authorizations
from joindin.resources.web.account.one_time_secret import seal, unseal
from joindin.resources.web.public.pages import blp
from joindin.security.scopes import SCOPES, WORDS
from joindin.utils.datetimes import UTC, utc_now
from joindin.utils.text import plain_text

HOME = "/api/settings/token/"


class NewToken(Form):
    description = TextAreaField(
        "What is it for?",
        [filled(NO_DESCRIPTION), at_most(LONGEST_DESCRIPTION, "The description")],
        filters=[lambda text: plain_text(text or "")],
        render_kw={"rows": 2},
    )
    scope = Boxes("What may it do?", [filled(NO_SCOPE)], choices=choices(WORDS.items()))
    expires_0 = DateField(
        "Last day", [Optional()], description="Between a day and a year from now. Without one it never expires"
    )
    expires_1 = TimeField("Hour of that day", [Optional()], description="In UTC; without one, the end of the day")

    def expires_at(self) -> dt.datetime | None:
        if self.expires_0.data is None:
            return None
        return dt.datetime.combine(self.expires_0.data, self.expires_1.data or dt.time(23, 59), UTC)


@require_person
def show_tokens():
    user, now = person(), utc_now()
    return show_page(
        "web/accounts/tokens.html",
        authorizations=list_authorizations(db.session, user.id, now),
        tokens=list_personal_tokens(db.session, user.id),
        sign_ins=list_sign_ins(db.session, user.id, now),
        scope_words=WORDS,
        all_scopes=SCOPES,
        now=now,
    )


@require_recent_sign_in
def create_token():
    form = NewToken()
    if form.validate_on_submit():
        try:
            token, secret = make_token(
                db.session,
                actor=person(),
                description=form.description.data,
                scopes=form.scope.data,
                expires_at=form.expires_at(),
                now=utc_now(),
            )
        except Invalid as refused:
            db.session.rollback()
            form.refuse(str(refused), form.expires_0 if form.expires_0.data else None)
        else:
            db.session.commit()
            seal(f"token {token.id}", secret)
            return redirect(f"{HOME}reveal/{token.id}/")
    return show_page("web/accounts/token_new.html", form=form)


@require_person
def reveal_token(token_id):
    try:
        token = find_token_of(db.session, person().id, token_id)
    except NotFound:
        raise NotAllowed("This token is not yours") from None
    secret = unseal(f"token {token_id}")
    if secret is None:
        notify("Token is too old to be revealed.")
        return redirect(HOME)
    response = show_page("web/accounts/token_reveal.html", token=token, secret=secret)
    response.cache_control.no_store = True
    return response


@require_person
def revoke_own_token():
    shown = request.form.get("pk", "")
    if not (shown.isascii() and shown.isdecimal() and len(shown) < 10):
        raise NotFound("There is no such token")
    revoke_token(db.session, find_token_of(db.session, person().id, int(shown)), actor=person(), now=utc_now())
    db.session.commit()
    notify("Token was revoked.")
    return redirect(HOME)


@require_person
def withdraw():
    shown = request.form.get("client", "")
    if not (shown.isascii() and shown.isdecimal() and len(shown) < 10):
        raise NotFound("There is no such application")
    withdraw_consent(db.session, user_id=person().id, client_id=int(shown), now=utc_now())
    db.session.commit()
    notify("That application has no access any more.")
    return redirect(HOME)


add_slashed(blp, HOME, show_tokens)
add_slashed(blp, f"{HOME}create/", create_token, methods=["GET", "POST"])
add_slashed(blp, f"{HOME}reveal/<positive:token_id>/", reveal_token)
add_slashed(blp, f"{HOME}revoke/", revoke_own_token, methods=["POST"])
add_slashed(blp, f"{HOME}withdraw/", withdraw, methods=["POST"])
