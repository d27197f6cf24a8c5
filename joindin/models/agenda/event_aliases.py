"""Former addresses of events."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class EventAlias(db.Model):
    """A slug, or an id as text, under which an event was found on the server that it was imported from.

    Only those are stored that another event had here.
    """

    __tablename__ = "event_aliases"

    alias: Mapped[str] = mapped_column(String(255), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
