"""What people do not want to be written about."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


@dataclass(frozen=True)
class Topic:
    """``about`` completes "mails about …"; ``kinds`` are the mails of the topic."""

    about: str
    kinds: tuple[str, ...]


# Mails that tell what others did, all of which can be read here as well. The rest answer what their
# reader did, or wait for nobody but them; those always go out.
TOPICS = {
    "feedback": Topic("comments on your talks", ("talk_comment",)),
    "hosting": Topic(
        "claimed talks and reported comments at your events",
        ("talk_claimed", "event_comment_reported", "talk_comment_reported"),
    ),
    "approval": Topic("new events that wait for approval", ("event_submitted",)),
}
TOPIC_OF = {kind: name for name, topic in TOPICS.items() for kind in topic.kinds}


class MailRefusal(db.Model):
    """Somebody gets no more mails of a topic."""

    __tablename__ = "mail_refusals"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    refused_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
