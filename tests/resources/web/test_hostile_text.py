"""Text that attacks HTML, in every text column and parameter, stays text on every page and in every mail."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from joindin.extensions import db
from joindin.jobs.mail_messages import SUBJECTS
from joindin.jobs.mail_templates import MailSite, render_html
from joindin.models import Event, Talk, User
from tests.browser_client import Browser
from tests.conftest import WEBSITE_URL
from tests.hostile_text import HOSTILE, HOSTILE_URL, HostileParts, fill_text_columns
from tests.odd_requests import parameter_names
from tests.resources.docs.sample_data import make_sample_data

pytestmark = pytest.mark.runs_once("the text of a page does not depend on the database")

SITE = MailSite("joindin", "http://web.example", "http://web.example", "hello@web.example")
PUBLIC_PAGES = ("/event/", "/talk/", "/e/", "/user/")
MAIL_TEMPLATES = Path(__file__).parents[3] / "joindin" / "templates" / "mail"


@pytest.fixture
def world(app, session):
    """Sample data in which every text of a user is hostile."""
    world = make_sample_data(session)
    filled = fill_text_columns()
    for name in ("fragment_cache", "query_cache", "response_cache"):
        app.extensions[name].clear()
    assert {"events.name", "talks.title", "users.full_name", "event_comments.text", "clients.name"} <= filled
    return world


@pytest.fixture(params=["visitor", "host", "admin"])
def caller(request, app, world):
    """A browser of each role, with a recent sign-in."""
    return Caller(app, None if request.param == "visitor" else world.users[request.param])


class Caller:
    """Reads public pages on the host of the web site, and others where the user is signed in."""

    def __init__(self, app, user):
        self._site, self._server = Browser(app, WEBSITE_URL), Browser(app)
        if user:
            self._server.sign_in_directly(user)

    def get(self, path, **arguments):
        browser = self._site if path.startswith(PUBLIC_PAGES) else self._server
        return browser.get(path, **arguments)


def addresses(app, world):
    """Return an existing address of every GET route."""
    event, talk = db.session.get(Event, world.ids["event_id"]), db.session.get(Talk, world.ids["talk_id"])
    values = {
        **world.ids,
        "slug": event.slug,
        "stub": talk.stub,
        "username": quote(db.session.get(User, world.ids["user_id"]).username),
    }
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.rule.startswith(("/static", "/inc")):
            yield rule, re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(values.get(name[1], "1")), rule.rule)


def hostile_parts(reply):
    if (reply.content_type or "").startswith("text/html"):
        return HostileParts(reply.text).found
    return []


def test_stored_text_stays_text_on_every_page(app, world, caller):
    wrong, read = [], 0

    for _, path in addresses(app, world):
        for query in ("", "?format=html&verbose=yes"):
            reply = caller.get(f"{path}{query}", headers={"Accept": "text/html"})
            read += b"x-mark" in reply.data and (reply.content_type or "").startswith("text/html")
            wrong += [(path + query, part) for part in hostile_parts(reply)]

    assert wrong == []
    assert read > 40


@pytest.mark.slow("reads every page as each role")
def test_text_of_the_address_stays_text_on_every_page(app, world, caller):
    """Also in redirects, and on error pages."""
    wrong, read = [], 0
    hostile = quote(HOSTILE)

    for rule, path in addresses(app, world):
        names = parameter_names(app.view_functions[rule.endpoint])
        query = "&".join(f"{name}={quote(value)}" for name in names for value in (HOSTILE, HOSTILE_URL))
        below = re.sub(r"<(?:\w+:)?(\w+)>", hostile, rule.rule)
        for address in (f"{path}?{query}", f"{path}/{hostile}", below, f"{path}?format=html&title={hostile}"):
            reply = caller.get(address, headers={"Accept": "text/html", "Referer": f"http://localhost/{hostile}"})
            read += b"x-mark" in reply.data
            wrong += [(address, part) for part in hostile_parts(reply)]
            if "javascript:" in reply.headers.get("Location", "")[:12].lower():
                wrong.append((address, reply.headers["Location"]))

    assert wrong == []
    assert read > 20


@pytest.mark.parametrize(
    "callback", ["alert(1)//", "a;b", "a b", "<script>", "a\u2028b", "9a", "a-b", "a[0]", "x" * 129]
)
def test_a_callback_is_the_name_of_a_function(api, callback):
    reply = api.get("/v2.1/events", query_string={"callback": callback})

    assert reply.content_type == "application/json; charset=utf8"


def test_a_script_answer_holds_no_line_end_of_old_browsers(api, session, world):
    db.session.get(Event, world.ids["event_id"]).name = "a\u2028b\u2029c</script>"

    reply = api.get("/v2.1/events?callback=show&resultsperpage=50")

    assert reply.content_type == "text/javascript; charset=utf8"
    assert ("\u2028" in reply.text, "\u2029" in reply.text, "a\\u2028b\\u2029c" in reply.text) == (False, False, True)


@pytest.mark.parametrize("kind", SUBJECTS)
def test_hostile_text_stays_text_in_mails(kind):
    names = re.findall(r"\b([a-z_]+)\b", (MAIL_TEMPLATES / f"{kind}.md").read_text())
    lists = {"lines": [HOSTILE], "page_parts": ["events", HOSTILE], "query": {"q": HOSTILE}, "language": "en"}

    html = render_html(kind, dict.fromkeys(names, HOSTILE) | lists, SITE)

    assert HostileParts(html).found == []
    assert "x-mark>" not in html
