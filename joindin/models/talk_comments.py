"""Comments on talks and reports about them."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, case, false
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.comments import MAX_REPORT_NOTE_LENGTH
from joindin.models.events import Event
from joindin.models.talks import Talk
from joindin.models.users import User

EVERYONE, ANONYMOUS, SPEAKERS = VISIBILITIES = ("everyone", "anonymous", "speakers")
SHOWN, WAITING, HIDDEN = ("shown", "waiting", "hidden")


class TalkComment(db.Model):
    """``rating`` is 1 to 5, or 0 where it does not count.

    A private comment is mailed to the speakers. A reported comment is hidden until a decision. Neither is listed.
    ``is_name_hidden``: the comment is shown without its author, and is not in lists of the author's comments.
    A text of a guest has a device instead of a user. A public one is hidden and waiting (``is_waiting``) until a host
    releases it. ``answer`` is that of a claimed speaker.
    ``event_id`` repeats the talk's, for the list of all comments of an event. ``version`` changes with the row
    (``performance/read_models/row_versions.py``).
    """

    __tablename__ = "talk_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    rating: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(255))
    is_private: Mapped[bool] = mapped_column(default=False)
    is_hidden: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    is_name_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_waiting: Mapped[bool] = mapped_column(default=False, server_default=false())
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)

    user: Mapped[User | None] = relationship(foreign_keys=user_id, lazy="raise_on_sql")
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id, lazy="raise_on_sql")
    talk: Mapped[Talk] = relationship(lazy="raise_on_sql")
    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index("ix_talk_comments_talk_id", "talk_id", "is_private", "is_hidden", "created_at", "id"),
        Index("ix_talk_comments_event_id", "event_id", "is_private", "is_hidden", "created_at", "id"),
        Index("ix_talk_comments_user_id", "user_id", "is_private", "is_hidden", "created_at", "id"),
        Index("ix_talk_comments_user_id_talk_id", "user_id", "talk_id"),
        Index("ix_talk_comments_device_id", "device_id", "talk_id"),
    )

    @property
    def visibility(self) -> str:
        """The readers of the text: ``everyone``, ``anonymous`` (everyone, without the name) or ``speakers`` (and hosts)."""
        if self.is_private:
            return SPEAKERS
        return ANONYMOUS if self.is_name_hidden else EVERYONE

    @hybrid_property
    def state(self) -> str:
        """``shown``, ``waiting`` for a host's release, or ``hidden`` after a report."""
        if self.is_waiting:
            return WAITING
        return HIDDEN if self.is_hidden else SHOWN

    @state.inplace.expression
    @classmethod
    def _state_expression(cls):
        return case((cls.is_waiting, WAITING), (cls.is_hidden, HIDDEN), else_=SHOWN)


class TalkCommentReport(db.Model):
    """A report about a comment; ``decision`` is ``approved``, ``denied`` or NULL while the report is open.

    ``reason`` is one of ``REPORT_REASONS``; reports through the API have none.
    """

    __tablename__ = "talk_comment_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("talk_comments.id", ondelete="CASCADE"), index=True)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reported_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(MAX_REPORT_NOTE_LENGTH))
    decision: Mapped[str | None] = mapped_column(String(20))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    comment: Mapped[TalkComment] = relationship(lazy="raise_on_sql")
    reporter: Mapped[User | None] = relationship(foreign_keys=reporter_id, lazy="raise_on_sql")
    decider: Mapped[User | None] = relationship(foreign_keys=decider_id, lazy="raise_on_sql")
