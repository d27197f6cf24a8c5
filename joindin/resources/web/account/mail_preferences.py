"""Mail preferences: all topics for signed-in users, and one topic by the unsubscribe link in a mail.

The link contains a signed token and needs no sign-in. GET changes nothing, because mail programs open links; the button
of the page, and the one-click unsubscribe of mail programs (RFC 8058), send a POST.
"""

from flask import current_app, redirect, request

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.pages.csrf import csrf
from joindin.http.pages.forms import CheckboxList, Form, choices
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import TOPICS, User
from joindin.models.crew import BY_MAIL, NOTIFICATION_TYPES
from joindin.operations.crew.notifications.settings import set_muted
from joindin.operations.mail_opt_outs import opt_in, opt_out
from joindin.queries.crew.notifications import is_muted
from joindin.queries.mail_opt_outs import get_opted_out_topics
from joindin.resources.web.account.common import blp
from joindin.security.tokens import parse_unsubscribe_token
from joindin.utils.datetimes import utc_now

MSG_LINK_INVALID = "This link is not valid"


class MailPreferencesForm(Form):
    topics = CheckboxList(lazy_gettext("Send me mails about"))


@blp.route("/accounts/mails/", methods=["GET", "POST"])
@sign_in_required
def preferences_page():
    user, form = require_user(), MailPreferencesForm()
    available = [name for name in TOPICS if name != "approval" or user.is_admin]
    form.topics.choices = choices((name, gettext(TOPICS[name].about)) for name in available)
    if form.validate_on_submit():
        for name in available:
            _set_preference(user.id, name, is_enabled=name in form.topics.data)
        db.session.commit()
        flash_success(gettext("Your choice is saved."))
        return redirect("/accounts/mails/")
    if not form.is_submitted():
        opted_out = get_opted_out_topics(db.session, user.id)
        form.topics.data = [name for name in available if name not in opted_out]
    return render_page("web/account/mail_preferences.html", form=form, user=user)


@blp.get("/accounts/mails/<token>/")
def topic_page(token):
    return _topic_page(*_parse_token(token))


# Mail programs send this request by themselves and without a cookie. The token alone limits its effect.
@blp.post("/accounts/mails/<token>/")
@csrf.exempt
def topic_action(token):
    """Unsubscribe from the topic, or subscribe again. No redirect: mail programs need not follow it."""
    user, topic = _parse_token(token)
    if lock_row(db.session, User, user.id) is None:
        raise NotFound(MSG_LINK_INVALID)
    _set_preference(user.id, topic, is_enabled="subscribe" in request.form)
    db.session.commit()
    return _topic_page(user, topic)


def _is_crew_topic(topic):
    """Return whether the topic is a type of the crew's notifications that can be switched off."""
    return topic in NOTIFICATION_TYPES and not NOTIFICATION_TYPES[topic].is_mandatory


def _parse_token(token):
    """Return the user and the topic; :raises NotFound: if the token is not valid."""
    user_id, topic = parse_unsubscribe_token(current_app.config["SECRET_KEYS"], token) or (None, None)
    user = db.session.get(User, user_id) if topic in TOPICS or _is_crew_topic(topic) else None
    if user is None:
        raise NotFound(MSG_LINK_INVALID)
    return user, topic


def _set_preference(user_id, topic, *, is_enabled):
    if _is_crew_topic(topic):
        set_muted(db.session, user_id, topic, BY_MAIL, is_muted=not is_enabled)
    elif is_enabled:
        opt_in(db.session, user_id, topic)
    else:
        opt_out(db.session, user_id, topic, now=utc_now())


def _is_opted_out(user_id, topic):
    if _is_crew_topic(topic):
        return is_muted(db.session, user_id, topic, BY_MAIL)
    return topic in get_opted_out_topics(db.session, user_id)


def _topic_page(user, topic):
    page = render_page(
        "web/account/mail_preference.html",
        about=gettext((TOPICS.get(topic) or NOTIFICATION_TYPES[topic]).about),
        username=user.username,
        is_opted_out=_is_opted_out(user.id, topic),
    )
    page.cache_control.no_store = True
    return page
