"""Demo data: a small invented community with the same users and events each time, dated around today.

Examples may rely on the names, and in an empty database on the ids, which follow the order of these lists. All rows are created by
the operations that users trigger.
"""

import datetime as dt
from contextlib import contextmanager

from sqlalchemy import event as sql_event
from sqlalchemy import select

from joindin.db.locking import begin_write
from joindin.models import EventComment, Mail, User
from joindin.operations.accounts.client_registration import add_client
from joindin.operations.accounts.users import create_user_as_admin
from joindin.operations.attendance import attend
from joindin.operations.comment_reports import report_comment
from joindin.operations.comments import add_event_comment
from joindin.operations.event_approval import approve_event, reject_event
from joindin.operations.events import EventDetails, submit_event
from joindin.operations.hosts import add_host
from joindin.utils.datetimes import get_timezone, midnight

PASSWORD = "joindin-demo"
CLIENT_KEY, CLIENT_SECRET = "demo", "demo-secret"
MAIL_DOMAIN = "demo.example"

USERS = (
    ("ada", "Ada Quill", {"is_admin": True}, "admin"),
    ("grace", "Grace Holloway", {}, "hosts most of the events"),
    ("yuki", "Yuki Arden", {"is_trusted": True}, "trusted: needs no approval"),
    ("linnea", "Linnea Brandt", {}, "attends and comments"),
    ("tomasz", "Tomasz Wilk", {}, "has a pending event"),
    ("priya", "Priya Fontaine", {}, "attends and comments"),
    ("marisol", "Marisol Okafor", {}, "has an event that was rejected"),
    ("otto", "Otto Varga", {"is_verified": False}, "has not verified the address and cannot sign in"),
)

# Host, days from today to the first day, number of days, details.
EVENTS = (
    (
        "grace", -1, 3,
        {
            "name": "Harbour Code Days",
            "description": "Three days of talks about programs that have to work on Monday, in an old rope factory.",
            "location": "Rope Factory, Rotterdam",
            "timezone": "Europe/Amsterdam",
            "latitude": 51.9096, "longitude": 4.4871,
            "href": "https://harbour-code-days.example/",
            "tags": ["python", "web", "operations"],
        },
    ),
    (
        "grace", 5, 1,
        {
            "name": "Accessible Web Evening",
            "description": "Four short talks, then we try each other's sites with a keyboard and a screen reader.",
            "location": "Public Library, Leeds",
            "timezone": "Europe/London",
            "latitude": 53.8008, "longitude": -1.5491,
            "href": "https://accessible-evening.example/",
            "tags": ["accessibility", "web"],
        },
    ),
    (
        "yuki", 20, 2,
        {
            "name": "Polyglot Meadow",
            "description": "Each participant teaches a language for an hour and learns another one after that.",
            "location": "Botanical Garden, Kyoto",
            "timezone": "Asia/Tokyo",
            "latitude": 35.0487, "longitude": 135.7629,
            "tags": ["languages", "workshops"],
        },
    ),
    (
        "grace", 60, 3,
        {
            "name": "Small Servers Summit",
            "description": "How much fits on one machine, and how to run it without worries. Speak about yours!",
            "location": "Old Observatory, Lisbon",
            "timezone": "Europe/Lisbon",
            "latitude": 38.7107, "longitude": -9.1876,
            "href": "https://small-servers.example/",
            "cfp_url": "https://small-servers.example/speak",
            "cfp": (-20, 25),
            "tags": ["operations", "databases"],
        },
    ),
    (
        "yuki", 120, 2,
        {
            "name": "Open Maps Assembly",
            "description": "Surveyors, cyclists and programmers draw the world together.",
            "location": "University, Montevideo",
            "timezone": "America/Montevideo",
            "cfp_url": "https://open-maps.example/call",
            "cfp": (3, 50),
            "tags": ["maps", "data"],
        },
    ),
    (
        "grace", -40, 2,
        {
            "name": "Winter Garden Conference",
            "description": "Two tracks under palm trees, about the web and the people who run it.",
            "location": "Palm House, Vienna",
            "timezone": "Europe/Vienna",
            "latitude": 48.2056, "longitude": 16.3656,
            "href": "https://winter-garden.example/",
            "tags": ["web", "php", "community"],
        },
    ),
    (
        "yuki", -200, 1,
        {
            "name": "Query Makers Day",
            "description": "One day about asking databases the right thing, and reading their plans.",
            "location": "Mill Hall, Toronto",
            "timezone": "America/Toronto",
            "tags": ["databases"],
        },
    ),
    (
        "tomasz", 45, 1,
        {
            "name": "Typography for Terminals",
            "description": "Letters on a grid: fonts, boxes, colours, and when to leave them out.",
            "location": "online",
            "timezone": "Europe/Warsaw",
            "tags": ["design"],
        },
    ),
    (
        "marisol", 30, 1,
        {
            "name": "Get Rich With Coins",
            "description": "Seats are limited. Bring a friend and the fee.",
            "location": "Hotel by the airport",
            "timezone": "Europe/Madrid",
            "tags": ["money"],
        },
    ),
)  # fmt: skip

PENDING = "Typography for Terminals"
REJECTED = {"Get Rich With Coins": "This looks like an advertisement. We list events of communities only."}
CO_HOSTS = {"Harbour Code Days": ["tomasz"], "Small Servers Summit": ["yuki"]}

ATTENDING = {
    "Harbour Code Days": ["ada", "linnea", "priya", "yuki", "marisol"],
    "Accessible Web Evening": ["linnea", "priya"],
    "Polyglot Meadow": ["grace", "tomasz"],
    "Small Servers Summit": ["ada", "linnea"],
    "Winter Garden Conference": ["ada", "linnea", "priya", "tomasz"],
    "Query Makers Day": ["grace", "linnea"],
}

# Event, author, rating, days after its first day. Hosts' ratings do not count.
COMMENTS = (
    ("Query Makers Day", "linnea", 5, 1, "The hour on reading plans alone was worth the journey."),
    ("Query Makers Day", "grace", 4, 2, "Good pace. A second room for questions would have helped."),
    ("Winter Garden Conference", "linnea", 5, 2, "Warm in every sense. The hallway was the best track."),
    ("Winter Garden Conference", "priya", 4, 3, "Fine talks and kind people; the sound in the back was poor."),
    ("Winter Garden Conference", "tomasz", 2, 3, "Too many talks began late for me."),
    ("Winter Garden Conference", "grace", 0, 4, "Thank you all. We have ordered better microphones."),
    ("Harbour Code Days", "priya", 5, 0, "A great first day! See you at the water tomorrow."),
)
REPORTED = ("Winter Garden Conference", "marisol", 1, 5, "Buy your tickets for the next one from me, half the price!")


def is_demo_loaded(session) -> bool:
    return session.scalar(select(User.id).where(User.username == "ada", User.email == _address("ada"))) is not None


def load_demo(session, now: dt.datetime) -> bool:
    """Create the demo data unless it exists. Return whether it was created. No mail is sent.

    :raises Conflict: if one of the usernames is taken.
    """
    begin_write(session)
    if is_demo_loaded(session):
        return False
    with _no_mail(session):
        # First, because its key is unique: of two concurrent calls, one fails before it has created anything.
        add_client(session, name="Demo application", key=CLIENT_KEY, secret=CLIENT_SECRET, is_trusted=True, now=now)
        users = {
            name: create_user_as_admin(
                session, username=name, email=_address(name), password=PASSWORD, full_name=full, now=now, **rights
            )
            for name, full, rights, _ in USERS
        }
        events = {details["name"]: _create_event(session, users, now, *plan, details) for *plan, details in EVENTS}
        _review_events(session, users, events)
        _add_activity(session, users, events)
        session.flush()
    return True


def describe_demo_accounts() -> str:
    """Return the demo accounts as text."""
    lines = [f"  {name:<8} {description}" for name, _, _, description in USERS]
    return "\n".join(
        [
            f"Demo accounts, all with the password {PASSWORD}:",
            *lines,
            f"Demo application: key {CLIENT_KEY}, secret {CLIENT_SECRET}",
        ]
    )


def _create_event(session, users, now, host, first_day, days, details):
    details = dict(details)
    cfp = details.pop("cfp", None)
    at = _local_clock(details["timezone"], now)
    starts_at = at(first_day, 9)
    event = submit_event(
        session,
        EventDetails(
            **details,
            starts_at=starts_at,
            ends_at=at(first_day + days - 1, 18),
            cfp_starts_at=at(cfp[0], 0) if cfp else None,
            cfp_ends_at=at(cfp[1], 23) if cfp else None,
        ),
        submitter=users[host],
        now=min(now, starts_at - dt.timedelta(days=90)),
    )
    for co_host in CO_HOSTS.get(event.name, ()):
        add_host(session, event, username=co_host, actor=users[host])
    return event


def _review_events(session, users, events):
    for event in events.values():
        if event.is_pending and event.name in REJECTED:
            reject_event(session, event.id, reviewer=users["ada"], reason=REJECTED[event.name], mail_from="")
        elif event.is_pending and event.name != PENDING:
            approve_event(session, event.id, reviewer=users["ada"])


def _add_activity(session, users, events):
    for name, attendees in ATTENDING.items():
        for attendee in attendees:
            attend(session, events[name].id, users[attendee].id)
    comments = [_add_comment(session, users, events, *comment) for comment in (*COMMENTS, REPORTED)]
    report_comment(session, comments[-1], reporter=users["linnea"], now=comments[-1].created_at)


def _add_comment(session, users, events, name, author, rating, days, text):
    at = events[name].starts_at + dt.timedelta(days=days, hours=4)
    comment_id = add_event_comment(
        session, events[name].id, author=users[author], text=text, rating=rating, source="Demo application", now=at
    )
    return session.get_one(EventComment, comment_id)


def _local_clock(zone_name, now):
    """Return a function of days from today and hour that gives the local time. Today is the day in UTC, as in lists of events."""
    today = midnight(now).date()
    return lambda days, hour: dt.datetime.combine(
        today + dt.timedelta(days=days), dt.time(hour), get_timezone(zone_name)
    )


def _address(name):
    return f"{name}@{MAIL_DOMAIN}"


@contextmanager
def _no_mail(session):
    """Drop new outbox rows: the demo users have no mailboxes, and real admins must not get demo notices."""

    def drop_mails(session, *_):
        for mail in [each for each in session.new if isinstance(each, Mail)]:
            session.expunge(mail)

    session = session() if callable(session) else session
    sql_event.listen(session, "before_flush", drop_mails)
    try:
        yield
    finally:
        sql_event.remove(session, "before_flush", drop_mails)
        session.info.pop("has_mail", None)
