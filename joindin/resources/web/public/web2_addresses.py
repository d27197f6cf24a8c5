"""Redirects from the addresses of Joind.in's web site, web2 (``docs/addresses-of-web2.md``).

Its pages that act when they are read lead to the page with the button. Those of organisers redirect without a lookup: the
page that follows says who may read it.
"""

from functools import partial
from urllib.parse import quote, urlencode

from flask import redirect, request

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db, reader
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import send_language, set_page_language
from joindin.http.sessions import session_user
from joindin.queries.accounts.users import find_user_key, load_user_records
from joindin.queries.events import find_event
from joindin.queries.talk_previews import find_talk_or_preview
from joindin.resources.web.feedback.talk_access import with_talk
from joindin.resources.web.public.event_frame import with_event
from joindin.resources.web.public.pages import blp, on_canonical_host, redirect_links
from joindin.utils.text import fold_case

MOVED, FOUND = 301, 302

# Addresses of the site, and where they lead.
SITE = {
    "/assets": (MOVED, "/about#logos"),
    "/event/callforpapers": (MOVED, "/cfp"),
    "/privacy.html": (MOVED, "/privacy"),
    "/user/register": (FOUND, "/accounts/register/"),
    "/user/resend-verification": (FOUND, "/accounts/verify/"),
    "/user/password-reset": (FOUND, "/accounts/password/reset/"),
    "/user/username-reminder": (FOUND, "/accounts/password/reset/"),
}
# Addresses below that of a public event, and the ending that takes their place.
BELOW_EVENT = {
    "details": "",
    "host": "/hosts",
    "schedule/list": "/schedule?view=list",
    "schedule/list/starred": "/schedule?view=list&mine=1",
    "schedule/grid": "/schedule?view=grid",
    "schedule/grid/starred": "/schedule?view=grid&mine=1",
}
# Addresses of the organisers of an event, and the ending below ``manage/``.
BELOW_MANAGE = {
    "import": "",
    "host/<username>/remove": "people/",
}
PARTS_OF_EVENT = {"comments": "/comments", "talk_comments": "/talk-comments", "talks": "/schedule"}
# Pages of web2 about an account, and ours about the own one.
PAGES_OF_USER = {
    "edit": "/accounts/profile/",
    "delete": "/accounts/delete/",
    "apikey": "/api/settings/token/",
    "apikey/<below>/<extra>": "/api/settings/token/",
    "client": "/accounts/applications/",
    "client/<below>": "/accounts/applications/",
    "client/<below>/<extra>": "/accounts/applications/",
}

OF_OTHERS = {PAGES_OF_USER["edit"], PAGES_OF_USER["delete"]}


def _redirect_to(status, location):
    return redirect(location, status)


def _redirect_below_event(ending, event):
    links = redirect_links()
    return redirect(links.event_page(event.slug) + ending if ending else links.canonical_event_page(event), MOVED)


def _redirect_to_manage(ending, slug, **_arguments):
    response = redirect(f"/event/{quote(slug)}/manage/{ending}", FOUND)
    # Werkzeug's text repeats the address.
    response.data = b""
    return response


def _redirect_of_user(location, username, **_arguments):
    """Redirect to the page of the own account. Editors find other people at the desk."""
    user = session_user()
    is_other = user is not None and fold_case(user.username) != fold_case(username)
    if is_other and location in OF_OTHERS:
        location = f"/desk/people/?{urlencode({'keyword': username})}"
    return redirect(location, FOUND)


def _add(path, view, *arguments):
    """Route the path to the view, called with ``arguments`` first."""
    blp.add_url_rule(path, f"web2_{path}".replace(".", "_"), on_canonical_host(partial(view, *arguments)))


for _path, _target in SITE.items():
    _add(_path, _redirect_to, *_target)
for _path, _ending in BELOW_EVENT.items():
    _add(f"/event/<slug>/{_path}", with_event(partial(_redirect_below_event, _ending)))
for _path, _ending in BELOW_MANAGE.items():
    _add(f"/event/<slug>/{_path}", _redirect_to_manage, _ending)
for _path, _location in PAGES_OF_USER.items():
    _add(f"/user/<username>/{_path}", _redirect_of_user, _location)


@blp.get("/event/attend/<slug>")
@blp.get("/event/unattend/<slug>")
@blp.get("/event/xhr-attend/<slug>")
@blp.get("/event/xhr-unattend/<slug>")
@on_canonical_host
@with_event
def redirect_to_attendance(event):
    """Redirect to the page of the event, which has the button."""
    return redirect(redirect_links().canonical_event_page(event), FOUND)


@blp.get("/event/view/<row_id:event_id>/<extra>")
def redirect_event_id_with_part(event_id, extra):
    event, _ = find_event(db.session, event_id, session_user())
    if not event.slug or extra not in PARTS_OF_EVENT:
        raise NotFound("Event not found")
    return redirect(f"{redirect_links().event_page(event.slug)}{PARTS_OF_EVENT[extra]}", MOVED)


@blp.get("/event/<slug>/<talk_slug>/unlink/<username>")
@with_talk
def redirect_to_unlinking(event, talk, username):
    """Redirect to the page with the button, or to the talk if that user is no speaker of it."""
    path = redirect_links().canonical_talk_page(event, talk)
    speaker = next((each for each in talk.speakers if each.user and each.user.username == username), None)
    return redirect(f"{path}/speakers/{speaker.id}/unlink" if speaker else path, FOUND)


@blp.get("/<positive:talk_id>")
def redirect_talk_number(talk_id):
    talk = find_talk_or_preview(db.session, talk_id, session_user())
    return redirect(redirect_links().canonical_talk_page(talk.event, talk), MOVED)


@blp.get("/user/view/<row_id:user_id>")
def redirect_user_id(user_id):
    key = find_user_key(reader(), user_id)
    username = load_user_records(reader(), [key.id])[key.id].username
    return redirect(redirect_links().user_page(username), MOVED)


@blp.get("/search/events")
@on_canonical_host
def redirect_event_search():
    params = {"q": request.args.get("keyword", ""), "tag": request.args.get("tag", "")}
    query = urlencode({name: value for name, value in params.items() if value})
    return redirect(f"/event?{query}" if query else "/event", MOVED)


@blp.get("/not-allowed")
@on_canonical_host
def not_allowed_page():
    raise Forbidden("You may not see this page or do this. Hosts of an event, editors and administrators may do more.")


@blp.get("/user/logout")
@on_canonical_host
def sign_out_page():
    """Show the button: reading an address signs out of nothing."""
    set_page_language()
    return send_language(render_page("web/sign_out.html"))
