"""Series of events: a parent, its rule, and the starts that are left out."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class EventSeries(db.Model):
    """The rule by which an event, the parent, is repeated.

    The parent itself, which has ``is_series``, is never listed. Each occurrence is an event of its own that names
    the parent in ``Event.parent_id`` and its start by the rule in ``Event.occurrence_at``.

    ``rrule`` is an RFC 5545 recurrence rule without the prefix ``RRULE:``; it counts from the parent's start in the
    parent's time zone. It is NULL if the recurrence was given without a frequency. ``recurrence`` is the object that
    Gancio's API received and returns: ``frequency``, ``type`` and ``days``. ``excluded_starts`` are the starts (epoch
    seconds) of occurrences that were deleted and must not be created again.
    """

    __tablename__ = "event_series"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rrule: Mapped[str | None] = mapped_column(String(500))
    recurrence: Mapped[dict] = mapped_column(JSON, default=dict, server_default="{}")
    excluded_starts: Mapped[list] = mapped_column(JSON, default=list, server_default="[]")
