"""Creation of the demo data, in one transaction and without mail."""

import datetime as dt
from contextlib import contextmanager

from sqlalchemy import delete, select
from sqlalchemy import event as sql_event

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
from joindin.operations.organiser.settings import set_event_settings
from joindin.seeds.base_data import seed_reference_data
from joindin.seeds.demo.events import ATTENDING, CO_HOSTS, COMMENTS, EVENTS, PENDING, REJECTED, REPORTED
from joindin.seeds.demo.people import CLIENT_KEY, CLIENT_SECRET, PASSWORD, USERS, address_of
from joindin.seeds.demo.program import add_programs
from joindin.seeds.demo.talks import TALKS
from joindin.utils.datetimes import get_timezone, midnight

SOURCE = "Demo application"


def is_demo_loaded(session) -> bool:
    return session.scalar(select(User.id).where(User.username == "ada", User.email == address_of("ada"))) is not None


def load_demo(session, now: dt.datetime) -> bool:
    """Create the demo data unless it exists. Return whether it was created. No mail is sent.

    :raises Conflict: if one of the usernames is taken.
    """
    begin_write(session)
    if is_demo_loaded(session):
        return False
    with _no_mail(session):
        seed_reference_data(session)
        # First, because its key is unique: of two concurrent calls, one fails before it has created anything.
        add_client(session, name=SOURCE, key=CLIENT_KEY, secret=CLIENT_SECRET, is_trusted=True, now=now)
        users = {
            name: create_user_as_admin(
                session, username=name, email=address_of(name), password=PASSWORD, full_name=full, now=now, **rights
            )
            for name, full, rights, _ in USERS
        }
        events = {details["name"]: _create_event(session, users, now, *plan, details) for *plan, details in EVENTS}
        _review_events(session, users, events)
        add_programs(session, users, {events[name]: talks for name, talks in TALKS.items()}, source=SOURCE, now=now)
        _add_activity(session, users, events)
        session.flush()
    return True


def _create_event(session, users, now, host, first_day, days, details):
    details = dict(details)
    cfp, (start_hour, end_hour) = details.pop("cfp", None), details.pop("hours", (9, 18))
    stub, settings = details.pop("stub", None), details.pop("settings", None)
    at = _local_clock(details["timezone"], now)
    starts_at = at(first_day, start_hour)
    event = submit_event(
        session,
        EventDetails(
            **details,
            starts_at=starts_at,
            ends_at=at(first_day + days - 1, end_hour),
            cfp_starts_at=at(cfp[0], 0) if cfp else None,
            cfp_ends_at=at(cfp[1], 23) if cfp else None,
        ),
        submitter=users[host],
        now=min(now, starts_at - dt.timedelta(days=90)),
    )
    event.stub = stub
    if settings:
        set_event_settings(session, event, settings)
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


def _add_comment(session, users, events, name, author, rating, hours, text):
    at, event_id = events[name].starts_at + dt.timedelta(hours=hours), events[name].id
    attend(session, event_id, users[author].id)
    comment_id = add_event_comment(
        session, event_id, author=users[author], text=text, rating=rating, source=SOURCE, now=at
    )
    return session.get_one(EventComment, comment_id)


def _local_clock(zone_name, now):
    """Return a function of days from today and hour that gives the local time. Today is the day in UTC, as in lists of events."""
    today = midnight(now).date()
    return lambda days, hour: dt.datetime.combine(
        today + dt.timedelta(days=days), dt.time(hour), get_timezone(zone_name)
    )


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
    # Mails about comments are inserted by a statement.
    session.execute(delete(Mail).where(Mail.recipient.in_([address_of(name) for name, *_ in USERS])))
