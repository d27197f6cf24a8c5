"""Which mails people get: all at once when they are signed in, and one topic by the link in a mail.

The link needs no sign-in, for what it carries is signed. Looking at it changes nothing, as programs look
at links before their readers do; a click on its button does, and so does the mail program's own (RFC 8058).
"""

from flask import current_app, redirect, request

from joindin.db.locking import locked
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.csrf import csrf
from joindin.http.forms import Boxes, Form, choices
from joindin.http.html_pages import notify, show_page
from joindin.http.sessions import person, require_person
from joindin.models import TOPICS, User
from joindin.operations.mail_opt_outs import refuse_mails, want_mails
from joindin.queries.mail_opt_outs import refused_topics
from joindin.resources.web.public.pages import blp
from joindin.security.tokens import read_refusal_token
from joindin.utils.datetimes import utc_now


class Wanted(Form):
    topics = Boxes("Write to me about")


@blp.route("/accounts/mails/", methods=["GET", "POST"])
@require_person
def choose_mails():
    user, form = person(), Wanted()
    offered = [name for name in TOPICS if name != "approval" or user.is_admin]
    form.topics.choices = choices((name, TOPICS[name].about) for name in offered)
    if form.validate_on_submit():
        for name in offered:
            _decide(user.id, name, is_wanted=name in form.topics.data)
        db.session.commit()
        notify("Saved.")
        return redirect("/accounts/mails/")
    if not form.is_submitted():
        refused = refused_topics(db.session, user.id)
        form.topics.data = [name for name in offered if name not in refused]
    return show_page("web/accounts/mails.html", form=form, user=user)


@blp.get("/accounts/mails/<token>")
def show_topic(token):
    return _show(*_read(token))


# Mail programs send this form of their own, with no cookie; what the token says is all that it can do.
@blp.post("/accounts/mails/<token>")
@csrf.exempt
def stop_topic(token):
    """Without a redirect, which mail programs need not follow."""
    user, topic = _read(token)
    if locked(db.session, User, user.id) is None:
        raise NotFound("There is no such page")
    _decide(user.id, topic, is_wanted="again" in request.form)
    db.session.commit()
    return _show(user, topic)


def _read(token):
    """Whose mails, of which topic."""
    known = read_refusal_token(current_app.config["SECRET_KEY"] or "", token)
    user = db.session.get(User, known[0]) if known and known[1] in TOPICS else None
    if user is None:
        raise NotFound("There is no such page")
    return user, known[1]


def _decide(user_id, topic, *, is_wanted):
    if is_wanted:
        want_mails(db.session, user_id, topic)
    else:
        refuse_mails(db.session, user_id, topic, now=utc_now())


def _show(user, topic):
    page = show_page(
        "web/accounts/mail_topic.html",
        about=TOPICS[topic].about,
        username=user.username,
        is_refused=topic in refused_topics(db.session, user.id),
    )
    page.cache_control.no_store = True
    return page
