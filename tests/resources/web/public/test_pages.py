"""Public pages of events, talks and users, and redirects from older URLs."""

import re
from html.parser import HTMLParser

import pytest

from joindin.models import EventFlyer, EventImage, Track
from joindin.utils.datetimes import UTC
from joindin.utils.shared_events.h_events import read_h_events
from tests.conftest import WEBSITE_URL
from tests.factories import (
    make_attendance,
    make_event,
    make_event_comment,
    make_pending_event,
    make_place,
    make_rejected_event,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
    parse_instant,
)
from tests.http_assertions import stable_headers

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SCRIPT_POLICY = f"; script-src {WEBSITE_URL}/static/site.js; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
EVIL = "<script>alert('x')</script>\"'&"
# Their addresses without the hash of the content.
STATIC_FILES = ("/static/icon.svg", "/static/web.css", "/static/site.js")
PREFIXES = ("/event", "/talk", "/e", "/user")


class Reader(HTMLParser):
    """The text of a page and the links of its main part; text of one element stays together."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.links, self.assets, self.headings = [], [], [], [], []
        self.words, self.main_words, self._is_main, self._is_data = [], [], False, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes_by_name = dict(attributes)
        self._is_data = attributes_by_name.get("type") == "application/ld+json"
        if self._is_data:
            return
        self.tags.append(tag)
        self._is_main = self._is_main or tag == "main"
        self.ids += [attributes_by_name["id"]] if "id" in attributes_by_name else []
        self.links += [attributes_by_name["href"]] if tag == "a" and self._is_main else []
        if tag != "a" and attributes_by_name.get("rel") != "alternate":
            self.assets += [
                attributes_by_name[name].partition("?v=")[0] for name in ("src", "href") if name in attributes_by_name
            ]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        self._is_data = False
        self._is_main = self._is_main and tag != "main"

    def handle_data(self, data):
        if self._is_data:
            return
        self.words.append(data)
        if self._is_main:
            self.main_words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    @property
    def main(self):
        """Return the text between header and footer."""
        return " ".join("".join(self.main_words).split())


@pytest.fixture
def site(api):
    """A client that sends requests to the host of the web site."""
    return Site(api)


class Site:
    def __init__(self, api):
        self._api = api

    def open(self, path, method="GET", **headers):
        return self._api.request(method, path, base_url=WEBSITE_URL, headers=headers)

    def read(self, path):
        reply = self.open(path)
        assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        return Reader(reply.get_data(as_text=True))


@pytest.fixture
def ann(session):
    return make_user(session, "ann", full_name="Ann Ash", biography="Writes.\nReads.\n\nSleeps.")


@pytest.fixture
def event(session, ann):
    return make_event(
        session,
        "SampleConf",
        slug="sampleconf",
        stub="sc26",
        host=ann,
        tags=["php", "web"],
        description="Two days.\nMany talks.",
        location="Main Hall",
        href="https://conf.example/",
        cfp_url="https://conf.example/cfp",
        cfp_ends_at=parse_instant("2026-01-31T22:30:00"),
        hashtag="#sc26",
        starts_at=parse_instant("2026-03-01T23:30:00"),
        ends_at=parse_instant("2026-03-03T20:00:00"),
    )


@pytest.fixture
def talk(session, event, ann):
    return make_talk(
        session,
        event,
        "On Python",
        stub="3f9a1",
        slug="on-python",
        speakers=[ann, "Bob Birch"],
        tracks=[make_track(session, event, "Blue Room")],
        links=[("slides_link", "https://slides.example/1"), ("video_link", "https://video.example/1")],
        starts_at=parse_instant("2026-03-02T09:00:00"),
    )


def test_event_page(site, session, event, talk, ann):
    make_event_comment(session, event, ann, text="Good food", rating=5, created_at=parse_instant("2026-03-04T10:00:00"))
    make_attendance(session, event, ann)

    page = site.read("/event/sampleconf")

    assert page.main == (
        "SampleConf"
        " When Mon, 2 Mar 2026 – Tue, 3 Mar 2026 Times are Amsterdam time (UTC+1)"
        " Where Main Hall"
        " Web site https://conf.example/"
        " Hosts Ann Ash"
        " Hashtag #sc26"
        " php web"
        " Sign in to say that you were there 1 attendee"
        " Slides and recordings On Python · Bob Birch, Ann Ash Slides · Video"
        " About the event Two days.Many talks."
        " Programme Mon, 2 Mar 2026 1 talk"
        " 10:00–11:00 On Python · Bob Birch, Ann Ash Talk, Blue Room ☆ Star “On Python”"
        " Schedule · All abstracts · Talks A–Z"
        " Comments (1) Ann Ash · Wed, 4 Mar 2026, 11:00 · rated 5 of 5 Good food"
        " Sign in to comment Comments on the talks"
        " Calendar Open in your calendar Download once Talks, reminders and apps"
        " Share Short address Copy Share Send by mail"
    )
    assert page.links == [
        "https://conf.example/",
        "/event/sampleconf/hosts",
        "/user/ann",
        "/tag/php",
        "/tag/web",
        "/accounts/login/?next=/event/sampleconf",
        "/event/sampleconf/attendees",
        "/event/sampleconf/on-python",
        "/user/ann",
        "https://slides.example/1",
        "https://video.example/1",
        "/event/sampleconf/on-python",
        "/user/ann",
        "/event/sampleconf/schedule",
        "/event/sampleconf/programme",
        "/event/sampleconf/talks",
        "/user/ann",
        "/accounts/login/?next=/event/sampleconf/comments",
        "/event/sampleconf/talk-comments",
        "webcal://web.example/event/sampleconf.ics",
        "/event/sampleconf.ics",
        "/event/sampleconf/calendar",
        "mailto:?subject=SampleConf&body=http%3A%2F%2Fweb.example%2Fe%2Fsc26",
    ]
    assert page.assets == [f"{WEBSITE_URL}/event/sampleconf", *STATIC_FILES]


def test_talks_of_an_event_are_grouped_by_the_days_of_the_programme(site, session, event):
    make_talk(session, event, "Last", starts_at=parse_instant("2026-03-03T08:00:00"))
    make_talk(session, event, "First", starts_at=parse_instant("2026-03-01T23:30:00"))
    make_talk(session, event, "Second", starts_at=parse_instant("2026-03-02T22:59:00"))

    page = site.read("/event/sampleconf")

    assert (
        "Sun, 1 Mar 2026 1 talk 00:30–01:30 First Talk ☆ Star “First”"
        " Mon, 2 Mar 2026 1 talk 23:59–00:59 Second Talk ☆ Star “Second”"
        " Tue, 3 Mar 2026 1 talk 09:00–10:00 Last Talk" in page.text
    )


def test_a_long_programme_is_shown_by_day(site, session, event):
    for number in range(21):
        make_talk(session, event, starts_at=parse_instant(f"2026-03-0{2 + number % 2}T09:00:00"))
    make_talk(session, event, "Hidden", is_active=False)

    page = site.read("/event/sampleconf")

    assert "Programme Mon, 2 Mar 2026 11 talks, from 10:00 Tue, 3 Mar 2026 10 talks, from 10:00 Schedule" in page.text
    assert "/event/sampleconf/schedule/2026-03-03" in page.links


def test_the_newest_three_comments_stand_on_the_page_of_the_event(site, session, event):
    for number in range(5):
        make_event_comment(
            session, event, None, text=f"Text {number}", created_at=parse_instant(f"2026-03-0{number + 1}T10:00:00")
        )

    page = site.read("/event/sampleconf")

    assert [number for number in range(5) if f"Text {number}" in page.text] == [2, 3, 4]
    assert "Comments (5)" in page.text
    assert "/event/sampleconf/comments" in page.links


def test_an_event_with_a_reserved_slug_shows_all_talks_and_comments(site, session):
    event = make_event(session, "Submit", slug="submit")
    for number in range(21):
        make_talk(session, event, f"Talk number {number}")
    for number in range(4):
        make_event_comment(session, event, None, text=f"Text {number}")

    page = site.read(f"/event/view/{event.id}")

    assert all(f"Talk number {number}" in page.text for number in range(21))
    assert all(f"Text {number}" in page.text for number in range(4))
    assert not {"/event/submit/schedule", "/event/submit/comments", "/event/submit.ics"} & set(page.links)


@pytest.mark.parametrize("path", ["/event/sampleconf", "/event/sampleconf/comments"])
def test_pages_of_an_event_cost_the_same_whatever_its_size(site, session, event, count_statements, path):
    costs = []
    for size in (25, 60):
        for _ in range(size):
            make_talk(session, event)
            make_event_comment(session, event, make_user(session))
        session.commit()
        site.read(path)
        with count_statements() as statements:
            site.read(path)
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_talk_page(site, session, talk, ann):
    make_talk_comment(session, talk, None, text="Too short", rating=0, created_at=parse_instant("2026-03-02T11:00:00"))
    make_talk_comment(session, talk, ann, text="Thanks", rating=3, created_at=parse_instant("2026-03-02T12:00:00"))

    page = site.read("/event/sampleconf/on-python")

    assert page.main.startswith(
        "On Python ☆ Star this talk"
        " Event SampleConf"
        " When Mon, 2 Mar 2026, 10:00–11:00"
        " Speakers Bob Birch, Ann Ash"
        " Type Talk, English - UK"
        " Track Blue Room"
        " About something."
        " Slides Video"
        f" Short address: {WEBSITE_URL}/talk/3f9a1"
    )
    assert ("Too short" in page.main, "rated 3 of 5: Worth hearing Thanks" in page.main) == (True, True)
    track_id = session.query(Track).one().id
    assert page.links[:6] == [
        "/event/sampleconf",
        "/user/ann",
        f"/event/sampleconf/schedule?track={track_id}",
        "https://slides.example/1",
        "https://video.example/1",
        "/talk/3f9a1",
    ]
    assert page.assets == [f"{WEBSITE_URL}/event/sampleconf/on-python", *STATIC_FILES]


@pytest.mark.parametrize("slug", ["talks", "mine", None])
def test_talk_without_a_usable_slug_stays_at_its_stub(site, session, event, slug):
    talk = make_talk(session, event, "Odd", slug=slug, stub="odd01")

    page = site.read("/talk/odd01")

    assert page.assets[0] == f"{WEBSITE_URL}/talk/odd01"
    assert site.open(f"/talk/view/{talk.id}").location.endswith("/talk/odd01")
    assert "/talk/odd01" in site.read("/event/sampleconf").links


def test_short_address_of_a_talk_redirects(site, talk):
    reply = site.open("/talk/3f9a1")

    assert (reply.status_code, reply.headers["Location"]) == (302, "/event/sampleconf/on-python")


def test_talk_is_not_found_below_another_event(site, session, talk):
    make_event(session, slug="other")

    paths = ("/event/other/on-python", "/event/sampleconf/nothing", "/event/none/on-python")
    assert [site.open(path).status_code for path in paths] == [404, 404, 404]


def test_event_without_a_slug_shows_its_talks(site, session):
    talk = make_talk(session, make_event(session, "Nameless", slug=None), "Odd", stub="odd02")

    page = site.read("/talk/odd02")

    assert page.main.startswith("Odd ☆ Star this talk Event Nameless")
    assert site.open(f"/talk/view/{talk.id}").location.endswith("/talk/odd02")


def test_slides_url_of_old_data_is_linked(site, session, event):
    make_talk(session, event, slug="old", slides_url="https://slides.example/old")

    page = site.read("/event/sampleconf/old")

    assert page.links[:2] == ["/event/sampleconf", "https://slides.example/old"]


def test_user_page(site, session, event, talk, ann):
    other = make_event(
        session,
        "Other",
        slug="other",
        starts_at=parse_instant("2026-05-01T12:00"),
        ends_at=parse_instant("2026-05-01T13:00"),
    )
    make_attendance(session, other, ann)

    page = site.read("/user/ann")

    assert page.main == (
        "Ann Ash ann Writes.Reads. Sleeps. Talks in English - UK"
        " Talks Past talks On Python · SampleConf Mon, 2 Mar 2026 Slides · Video"
        " These talks: Feed (Atom) · Calendar (iCalendar)"
        " Events as a host SampleConf Mon, 2 Mar – Tue, 3 Mar 2026"
        " Events as an attendee Other Fri, 1 May 2026"
        " Comments There are no comments yet."
    )
    slides, video = page.links[2:4]
    assert (slides, video.startswith("https://")) == ("https://slides.example/1", True)
    assert [link for link in page.links if link.startswith("/")] == [
        *("/event/sampleconf/on-python", "/event/sampleconf", "/user/ann/talks.atom", "/user/ann/talks.ics"),
        *("/event/sampleconf", "/event/other"),
    ]
    assert page.assets == [f"{WEBSITE_URL}/user/ann", *STATIC_FILES]
    assert "ann@example.org" not in page.text


def test_lines_and_paragraphs_are_kept(site, session, ann):
    page = site.open("/user/ann").get_data(as_text=True)

    assert '<p dir="auto">Writes.<br>Reads.</p>\n<p dir="auto">Sleeps.</p>' in page


def test_stored_event_image_is_shown(site, session):
    ours = make_event(session, slug="ours")
    theirs = make_event(session, slug="theirs")
    session.add_all(
        [
            EventImage(event_id=ours.id, size="orig", file="icon-1-orig.png", width=300, height=300),
            EventImage(event_id=ours.id, size="small", file="icon-1-small.png", width=140, height=140),
            EventImage(event_id=theirs.id, size="small", url="https://elsewhere.example/a.png", width=140, height=140),
        ]
    )

    assert site.read("/event/ours").assets[4:] == ["/inc/img/event_icons/icon-1-small.png"]
    assert site.read("/event/theirs").assets[4:] == []


def test_empty_pages_say_that_they_are_empty(site, session):
    event = make_event(
        session,
        slug="empty",
        description="",
        location=None,
        timezone=None,
        starts_at=parse_instant("2026-03-01T12:00"),
        ends_at=parse_instant("2026-03-01T13:00"),
        name="Empty",
    )
    make_talk(session, event, "Alone", slug="alone", description="", duration=0)
    make_event(session, "Talkless", slug="talkless")
    make_user(session, "bob", full_name=None, biography=None)

    assert site.read("/event/empty").main.startswith(
        "Empty When Sun, 1 Mar 2026, 12:00 – 13:00 Times are in UTC Sign in to say that you were there 0 attendees Programme"
    )
    assert "Programme There are no talks yet. Comments There are no comments yet." in site.read("/event/talkless").main
    assert site.read("/event/empty/alone").main.startswith(
        "Alone ☆ Star this talk Event Empty When Sun, 1 Mar 2026, 13:00 open end Type Talk, English - UK Nothing more is known about this talk yet. Short address:"
    )
    assert (
        site.read("/user/bob").main
        == "bob bob Talks No talks yet. Events as a host No events yet. Events as an attendee No events yet."
        " Comments There are no comments yet."
    )


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("localhost", "/event/sampleconf"),
        ("api.example", "/event/sampleconf"),
        ("web.example:8000", "/event/sampleconf"),
        ("sub.web.example", "/event/sampleconf"),
        ("localhost", "/event/nothing"),
        ("localhost", "/event/sampleconf/comments?a=%20b&c"),
        ("localhost", "/talk/3f9a1"),
        ("localhost", "/user/ann"),
        ("localhost", "/user/a%2Fb"),
        ("localhost", "/user/J%C3%BCrgen%20M"),
    ],
)
def test_the_api_s_host_redirects_to_a_web_site_on_another_host(
    app, api, event, count_statements, monkeypatch, host, path
):
    monkeypatch.setitem(app.config, "PUBLIC_URL", f"https://{host}")

    with count_statements() as statements:
        reply = api.get(path, headers={"Host": host})

    assert (reply.status_code, reply.headers["Location"]) == (302, f"{WEBSITE_URL}{path}")
    assert [statement for statement in statements if "FROM" in statement] == []


@pytest.mark.parametrize("host", ["web.example", "WEB.example", "web.example:80", "web.example:443"])
def test_web_site_is_recognised_by_its_host(api, event, host):
    reply = api.get("/event/sampleconf", headers={"Host": host})

    assert (reply.status_code, "<h1" in reply.text) == (200, True)


@pytest.mark.parametrize("host", ["localhost", "192.0.2.7:8000", "api.example", "web.example:8000"])
def test_a_wrong_website_address_sends_nobody_elsewhere(api, event, talk, host):
    page = api.get("/event/sampleconf", headers={"Host": host})
    moves = [api.get(path, headers={"Host": host}).location for path in ("/e/sc26", f"/talk/view/{talk.id}")]

    assert (page.status_code, "<h1" in page.text) == (200, True)
    assert moves == ["/event/sampleconf", "/event/sampleconf/on-python"]


@pytest.mark.parametrize(
    ("public_url", "website_url"), [(WEBSITE_URL, ""), ("http://localhost", WEBSITE_URL)], ids=["here", "elsewhere"]
)
def test_old_urls_redirect_to_the_page(app, api, event, talk, monkeypatch, public_url, website_url):
    monkeypatch.setitem(app.config, "PUBLIC_URL", public_url)
    moves = {
        path: (reply.status_code, reply.headers["Location"], reply.headers["Content-Security-Policy"])
        for path in (f"/event/view/{event.id}", "/e/sc26", "/e/SC26", f"/talk/view/{talk.id}")
        for reply in [api.get(path, base_url=public_url)]
    }

    assert moves == {
        f"/event/view/{event.id}": (301, f"{website_url}/event/sampleconf", POLICY),
        "/e/sc26": (301, f"{website_url}/event/sampleconf", POLICY),
        "/e/SC26": (301, f"{website_url}/event/sampleconf", POLICY),
        f"/talk/view/{talk.id}": (301, f"{website_url}/event/sampleconf/on-python", POLICY),
    }


def test_hidden_objects_have_no_page(site, session, ann):
    hidden = {
        "waiting": make_pending_event(session, "Waiting", slug="waiting", stub="w", host=ann),
        "rejected": make_rejected_event(session, "Rejected", slug="rejected", stub="r", host=ann),
        "private": make_event(session, "Private", slug="private", stub="p", is_private=True, host=ann),
    }
    talks = [make_talk(session, each, stub=each.slug[:5], speakers=[ann]) for each in hidden.values()]
    inactive = make_talk(session, make_event(session, "Open"), stub="gone1", is_active=False, speakers=[ann])
    for each in hidden.values():
        make_attendance(session, each, ann)
    make_user(session, "left", is_active=False)

    paths = [f"/event/{slug}" for slug in hidden]
    paths += [f"/event/view/{each.id}" for each in hidden.values()]
    paths += [f"/e/{each.stub}" for each in hidden.values()]
    paths += [f"/talk/{each.stub}" for each in (*talks, inactive)]
    paths += [f"/talk/view/{each.id}" for each in (*talks, inactive)]
    paths += ["/user/left"]

    assert {path: site.open(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    assert site.read("/user/ann").main.endswith(
        "Talks No talks yet. Events as a host No events yet. Events as an attendee No events yet."
        " Comments There are no comments yet."
    )


def test_hidden_and_private_comments_are_not_shown(site, session, event, talk, ann):
    gone = make_user(session, "gone", full_name="Gone Girl", is_active=False)
    make_event_comment(session, event, gone, text="Seen")
    make_event_comment(session, event, ann, text="Secret", is_hidden=True)
    make_talk_comment(session, talk, ann, text="Secret", is_hidden=True)
    make_talk_comment(session, talk, ann, text="Secret", is_private=True)
    make_talk(session, event, "Secret", is_active=False)

    pages = [site.read("/event/sampleconf"), site.read("/event/sampleconf/on-python")]

    assert [page.text.count("Secret") for page in pages] == [0, 0]
    assert "Mon, 2 Mar 2026 1 talk" in pages[0].text
    assert "Comments (1)" in pages[0].text
    assert ("Gone Girl" in pages[0].text, "/user/gone" in pages[0].links) == (True, False)


def test_text_of_users_is_escaped(site, session):
    evil = make_user(session, "evil'\"<script>", full_name=EVIL, biography=EVIL)
    event = make_event(
        session,
        EVIL,
        slug="evil",
        description=EVIL,
        location=EVIL,
        hashtag=EVIL,
        href="javascript:alert('x')",
        cfp_url="data:text/html,<script>",
        host=evil,
        tags=[EVIL],
    )
    talk = make_talk(
        session,
        event,
        EVIL,
        slug="evil",
        description=EVIL,
        speakers=[evil, EVIL],
        tracks=[make_track(session, event, EVIL)],
        type=EVIL,
        language=EVIL[:20],
        links=[("slides_link", "javascript:alert(1)"), ("<b>", 'https://a.example/"><script>')],
    )
    make_event_comment(session, event, evil, text=EVIL)
    make_event_comment(session, event, None, text=EVIL, author_name=EVIL)
    make_talk_comment(session, talk, evil, text=EVIL)

    pages = [site.read(path) for path in ("/event/evil", "/event/evil/evil", "/user/evil'%22%3Cscript%3E")]

    # The script of the site alone.
    assert [(page.tags.count("script"), page.tags.count("b")) for page in pages] == [(1, 0)] * 3
    assert [page.text.count(EVIL) for page in pages] == [18, 15, 11]
    assert {link.partition(":")[0] for page in pages for link in page.links if ":" in link} == {
        "https",
        "mailto",
        "webcal",
    }


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_a_fixed_number_of_statements(site, session, count_statements, number):
    people = [make_user(session, f"person{each}") for each in range(number)]
    event = make_event(session, slug="big", host=people[0], tags=[f"tag{each}" for each in range(number)])
    for each, person in enumerate(people):
        talk = make_talk(
            session,
            event,
            stub=f"big{each:02}",
            speakers=[*people, "Unknown"],
            tracks=[make_track(session, event)],
            links=[("slides_link", "https://a.example/")],
        )
        make_event_comment(session, event, person)
        make_talk_comment(session, session.merge(talk), people[0])
        attended = make_event(session, host=people[0], tags=["php"])
        make_attendance(session, attended, people[0])
    for person in people:
        make_talk_comment(session, talk, person)

    costs = {}
    for path in ("/event/big", f"/event/big/{talk.slug}", "/user/person0"):
        with count_statements() as seen:
            site.read(path)
        costs[path.rpartition("/")[0]] = len([statement for statement in seen if statement.startswith("SELECT")])

    assert costs == {"/event": 14, "/event/big": 13, "/user": 19}


def test_names_with_special_characters_work(site, session):
    make_event(session, "Tagung", slug="tagung-für-日本")
    for name in ("a/b", "/edge/", "Jürgen M", "50%", "a?b#c", "view"):
        make_user(session, name, full_name=f"The {name}")

    titles = {
        path: site.read(path).text.partition(" – joind.in Skip to the content")[0]
        for path in (
            "/event/tagung-f%C3%BCr-%E6%97%A5%E6%9C%AC",
            "/user/a%2Fb",
            "/user/a/b",
            "/user/%2Fedge%2F",
            "/user/J%C3%BCrgen%20M",
            "/user/50%25",
            "/user/a%3Fb%23c",
            "/user/view",
        )
    }

    assert list(titles.values()) == [
        "Tagung",
        "The a/b",
        "The a/b",
        "The /edge/",
        "The Jürgen M",
        "The 50%",
        "The a?b#c",
        "The view",
    ]


def test_redirect_to_an_unusual_slug_is_ascii(api, session):
    event = make_event(session, slug="tagung-für")

    reply = api.get(f"/event/view/{event.id}")

    assert (reply.status_code, reply.headers["Location"]) == (301, "/event/tagung-f%C3%BCr")


def test_pages_link_to_users_by_name(site, session):
    make_event(session, slug="by", host=make_user(session, "Jürgen/M"))

    page = site.read("/event/by")

    assert "/user/J%C3%BCrgen%2FM" in page.links


@pytest.mark.parametrize(
    "path",
    [
        "/event/nothing",
        "/event/view/99999",
        "/event/view/0",
        "/event/view/x",
        "/event/view/99999999999999999999999",
        "/event/view/1/2",
        "/event/a%00b",
        "/event/%ff%fe",
        "/event//sampleconf",
        "/e/",
        "/e/nothing",
        "/talk/",
        "/talk/nothing",
        "/talk/view/99999",
        "/talk/view/-1",
        "/user/",
        "/user/nobody",
        "/user/a%00b",
        "/user/" + "x" * 1900,
    ],
)
def test_missing_objects_get_an_error_page(site, session, event, path):
    reply = site.open(path)

    page = Reader(reply.get_data(as_text=True))
    assert (reply.status_code, reply.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert page.main.startswith(
        "There is no such page It may have moved, it may not be public, or it never existed."
        " Events, talks, people, places and tags Search"
    )
    assert reply.headers["Content-Security-Policy"] == POLICY + SCRIPT_POLICY
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("authorization", ["OAuth null", "Bearer 0123456789abcdef", "Basic abc", "nonsense"])
def test_token_makes_no_difference(site, event, authorization):
    found = site.open("/event/sampleconf", Authorization=authorization)
    missing = site.open("/event/nothing", Authorization=authorization)

    assert (found.status_code, missing.status_code) == (200, 404)
    assert {found.headers["Content-Type"], missing.headers["Content-Type"]} == {"text/html; charset=utf-8"}


def test_host_sees_no_more_of_a_pending_event(api, session, ann):
    make_pending_event(session, slug="waiting", host=ann)

    reply = api.signed_in(ann).get("/event/waiting", base_url=WEBSITE_URL)

    assert (reply.status_code, reply.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/user", "/e", "/docs/none", "/static/none.css", "/accounts/none"])
def test_unknown_page_url_gets_an_error_page(site, path):
    reply = site.open(path)

    assert (reply.status_code, reply.mimetype) == (404, "text/html")
    assert "There is no such page" in reply.get_data(as_text=True)
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/eventsx", "/talks", "/talks/1", "/eve/1", "/documents"])
def test_other_urls_are_answered_by_the_api(site, path):
    reply = site.open(path)

    assert (reply.status_code, reply.json) == (404, ["API version must be specified"])


@pytest.mark.parametrize("prefix", PREFIXES)
def test_pages_reject_other_methods(site, prefix):
    replies = [site.open(f"{prefix}/anything", method) for method in ("POST", "PUT", "PATCH", "DELETE")]

    pages = [Reader(reply.get_data(as_text=True)).main for reply in replies]
    assert [reply.status_code for reply in replies] == [405] * 4
    assert set(pages) == {"That did not work Pages can only be read."}
    assert {tuple(sorted(reply.headers["Allow"].split(", "))) for reply in replies} == {("GET", "HEAD")}


@pytest.mark.parametrize(
    "path", ["/event/sampleconf", "/event/sampleconf/on-python", "/user/ann", "/event/nothing", "/e/sc26"]
)
def test_head_has_no_body(site, event, talk, path):
    page = site.open(path)

    head = site.open(path, "HEAD")

    assert (head.status_code, head.data) == (page.status_code, b"")
    assert stable_headers(head.headers) == stable_headers(page.headers)


@pytest.mark.parametrize("path", ["/event/sampleconf", "/event/sampleconf/on-python", "/user/ann"])
def test_page_needs_no_other_host_and_no_javascript(site, app, event, talk, path):
    reply = site.open(path)

    page = Reader(reply.get_data(as_text=True))
    assert reply.headers["Content-Security-Policy"] == POLICY + SCRIPT_POLICY
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in reply.headers
    assert page.assets == [f"{WEBSITE_URL}{path}", *STATIC_FILES]
    assert {"style", "iframe"} & set(page.tags) == set()
    assert [
        word for word in (' style="', " onclick", " onload", " onchange", "javascript:") if word in reply.text
    ] == []
    style = app.test_client().get("/static/web.css").get_data(as_text=True)
    assert [word for word in ("@import", "url(", "http") if word in style] == []


@pytest.mark.parametrize("path", ["/event/sampleconf", "/event/sampleconf/on-python", "/user/ann"])
def test_page_has_accessible_structure(site, event, talk, path):
    page = site.read(path)

    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert [pair for pair in zip(page.headings, page.headings[1:]) if pair[1] > pair[0] + 1] == []
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("main") == 1


@pytest.mark.parametrize("path", ["/event/sampleconf", "/event/sampleconf/on-python", "/user/ann"])
def test_unchanged_page_is_not_sent_again(site, event, talk, path):
    first = site.open(path)

    again = site.open(path, **{"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.headers["Cache-Control"] == "no-cache, public"


def test_event_page_is_read_by_other_agendas(site, session, ann):
    """The microformats, by the reader that imports such pages."""
    place = make_place(session, "Harbour Hall", address="Quay 1")
    event = make_event(
        session, "Tides & more", host=ann, slug="tides", tags=["Sea", "Día"], place_id=place.id,
        location="Harbour Hall, Quay 1", timezone="Europe/Rome", description_html="<p>Of <b>tides</b></p>",
        starts_at=parse_instant("2033-01-01T19:00"), ends_at=parse_instant("2033-01-01T21:00"),
    )  # fmt: skip
    session.add(
        EventFlyer(event_id=event.id, file="0" * 32 + ".jpg", width=9, height=9, byte_size=9, alt_text="A wave")
    )
    session.commit()
    page = site.open("/event/tides").data

    (read,) = read_h_events(page, f"{WEBSITE_URL}/event/tides", UTC)

    assert (read.title, read.description, read.place_name) == (
        "Tides & more",
        "<p>Of <b>tides</b></p>",
        "Harbour Hall, Quay 1",
    )
    assert (read.starts_at, read.ends_at, read.tags) == (event.starts_at, event.ends_at, ["Sea", "Día"])
    assert read.media == [(f"{WEBSITE_URL}/media/{'0' * 32}.jpg", "A wave")]


@pytest.mark.parametrize(("start", "end"), [("00:00", "22:59"), ("20:00", "20:00")])
def test_event_page_states_the_end_for_programs_only_if_it_is_known(site, session, start, end):
    event = make_event(
        session, slug="day", timezone="UTC", is_end_known=start != end,
        starts_at=parse_instant(f"2033-01-01T{start}"), ends_at=parse_instant(f"2033-01-01T{end}"),
    )  # fmt: skip

    (read,) = read_h_events(site.open("/event/day").data, WEBSITE_URL, UTC)

    assert (read.starts_at, read.ends_at) == (event.starts_at, event.ends_at if event.is_end_known else None)


def test_event_page_tells_networks_what_to_show(site, session, ann):
    event = make_event(session, 'A "title"', host=ann, slug="og", tags=["a&b"], description="Some words. " * 40)
    before = site.open("/event/og").text
    session.add(EventFlyer(event_id=event.id, file="0" * 32 + ".jpg", width=9, height=9, byte_size=9))
    session.commit()
    page = site.open("/event/og").text

    assert '<meta property="og:title" content="A &#34;title&#34;">' in page
    assert f'<meta property="og:url" content="{WEBSITE_URL}/event/og">' in page
    assert re.search(rf'<meta property="og:image" content="{WEBSITE_URL}/event/og/card.png\?v=\w{{8}}">', before)
    assert f'<meta property="og:image" content="{WEBSITE_URL}/media/{"0" * 32}.jpg">' in page
    assert 'href="/feed/rss?tags=a%26b"' in page
    assert len(re.search('<meta name="description" content="([^"]*)"', page)[1]) <= 200
