"""Which mails people get: all at once when they are signed in, and one topic by the link in a mail.

The link needs no sign-in, for what it carries is signed. Looking at it changes nothing, as programs look
at links before their readers do; a click on its button does, and so does the mail program's own (RFC 8058).
"""

from flask import current_app, redirect, request

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.csrf import csrf
from joindin.http.forms import CheckboxList, Form, choices
from joindin.http.html_pages import flash_success, render_page
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import TOPICS, User
from joindin.operations.mail_opt_outs import opt_in, opt_out
from joindin.queries.mail_opt_outs import get_opted_out_topics
from joindin.resources.web.public.pages import blp
from joindin.security.tokens import parse_unsubscribe_token
from joindin.utils.datetimes import utc_now


class MailPreferencesForm(Form):
    topics = CheckboxList("Write to me about")


@blp.route("/accounts/mails/", methods=["GET", "POST"])
@sign_in_required
def edit_preferences():
    user, form = require_user(), MailPreferencesForm()
    offered = [name for name in TOPICS if name != "approval" or user.is_admin]
    form.topics.choices = choices((name, TOPICS[name].about) for name in offered)
    if form.validate_on_submit():
        for name in offered:
            _set_preference(user.id, name, is_wanted=name in form.topics.data)
        db.session.commit()
        flash_success("Saved.")
        return redirect("/accounts/mails/")
    if not form.is_submitted():
        refused = get_opted_out_topics(db.session, user.id)
        form.topics.data = [name for name in offered if name not in refused]
    return render_page("web/account/mail_preferences.html", form=form, user=user)


@blp.get("/accounts/mails/<token>")
def topic_page(token):
    return _topic_page(*_parse_token(token))


# Mail programs send this form of their own, with no cookie; what the token says is all that it can do.
@blp.post("/accounts/mails/<token>")
@csrf.exempt
def unsubscribe(token):
    """Without a redirect, which mail programs need not follow."""
    user, topic = _parse_token(token)
    if lock_row(db.session, User, user.id) is None:
        raise NotFound("There is no such page")
    _set_preference(user.id, topic, is_wanted="again" in request.form)
    db.session.commit()
    return _topic_page(user, topic)


def _parse_token(token):
    """Whose mails, of which topic."""
    known = parse_unsubscribe_token(current_app.config["SECRET_KEY"] or "", token)
    user = db.session.get(User, known[0]) if known and known[1] in TOPICS else None
    if user is None:
        raise NotFound("There is no such page")
    return user, known[1]


def _set_preference(user_id, topic, *, is_wanted):
    if is_wanted:
        opt_in(db.session, user_id, topic)
    else:
        opt_out(db.session, user_id, topic, now=utc_now())


def _topic_page(user, topic):
    page = render_page(
        "web/account/mail_preference.html",
        about=TOPICS[topic].about,
        username=user.username,
        is_refused=topic in get_opted_out_topics(db.session, user.id),
    )
    page.cache_control.no_store = True
    return page
