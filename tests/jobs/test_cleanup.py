import datetime as dt

from sqlalchemy import select

from joindin.jobs.cleanup import clean_outbox
from joindin.models import Mail
from tests.factories import NOW

MONTH = dt.timedelta(days=30)
SECOND = dt.timedelta(seconds=1)


def test_what_is_done_is_forgotten_after_a_month(session):
    old, older = NOW - MONTH, NOW - MONTH - SECOND
    for name, created_at, due_at, sent_at in (
        ("sent long ago", older, None, older),
        ("sent a month ago", older, None, old),
        ("given up long ago", older, None, None),
        ("given up a month ago", old, None, None),
        ("waits since long", older, older, None),
    ):
        session.add(Mail(kind=name, recipient="a@example.org", created_at=created_at, due_at=due_at, sent_at=sent_at))

    removed = clean_outbox(session, NOW)

    assert removed == 2
    assert session.scalars(select(Mail.kind).order_by(Mail.id)).all() == [
        "sent a month ago",
        "given up a month ago",
        "waits since long",
    ]
