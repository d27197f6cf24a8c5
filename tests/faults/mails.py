"""Mails of a mixed load: a speaker is mailed about each comment."""

import re
from collections import Counter

from sqlalchemy import func, select, update

from joindin.extensions import db
from joindin.models import Mail, TalkComment
from joindin.utils.datetimes import utc_now
from tests.faults.installation import Installation
from tests.jobs.smtp_server import SmtpServer, plain_text_part

COMMENT_TEXT = re.compile(r"Text \d+-\d+")


def count_due_mails() -> int:
    """Return the number of mails that wait to be sent. Those about a state that has changed since are not sent."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Mail.due_at.is_not(None)))


def check_mails(server: Installation, mail_server: SmtpServer, *, killed_deliveries: int = 0) -> None:
    """Stop the server, let the time pass after which mails are tried again, and check that each mail has arrived once.

    A delivery that is killed after the mail server has accepted its mail is repeated.
    """
    server.stop()
    db.session.execute(update(Mail).where(Mail.due_at.is_not(None)).values(due_at=utc_now()))
    db.session.commit()
    server.run("jobs", "run", "--once")

    assert count_due_mails() == 0
    sent = db.session.scalar(select(func.count()).where(Mail.sent_at.is_not(None)))
    comments = set(db.session.scalars(select(TalkComment.text).where(TalkComment.user_id.is_not(None))))
    arrived = Counter(
        found[0] for message in mail_server.messages if (found := COMMENT_TEXT.search(plain_text_part(message)))
    )
    assert set(arrived) == comments
    assert sent <= len(mail_server.messages) <= sent + killed_deliveries
