"""The venue plan of an event: a picture that shows where its rooms are."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class EventVenuePlan(db.Model):
    """A JPEG in the folder of the flyers, with a thumbnail of the same name.

    The occurrences of a series share the files of their parent. ``alt_text`` says in words where the rooms are.
    """

    __tablename__ = "event_venue_plans"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    file: Mapped[str] = mapped_column(String(100), index=True)
    width: Mapped[int]
    height: Mapped[int]
    alt_text: Mapped[str] = mapped_column(String(1000))
