"""Topics of mails, and users who do not want them."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


@dataclass(frozen=True)
class MailTopic:
    """``about`` completes "mails about …"; ``kinds`` are the mails of the topic."""

    about: str
    kinds: tuple[str, ...]


# Mails about actions of others, which the web site shows as well. All other mails answer an action of their reader, or
# need one; they are always sent.
TOPICS = {
    "feedback": MailTopic("comments on your talks", ("talk_comment",)),
    "digest": MailTopic("new ratings of your talks and texts about them, once a day", ("feedback_digest",)),
    "hosting": MailTopic(
        "claimed talks and reported comments at your events",
        ("talk_claimed", "event_comment_reported", "talk_comment_reported"),
    ),
    "approval": MailTopic(
        "new events and accounts that wait for approval, and reported events",
        ("event_submitted", "agenda_event_submitted", "event_reported", "registration_to_review"),
    ),
}
TOPIC_BY_MAIL_KIND = {kind: name for name, topic in TOPICS.items() for kind in topic.kinds}


class MailOptOut(db.Model):
    """A user gets no more mails of a topic."""

    __tablename__ = "mail_opt_outs"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    opted_out_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
