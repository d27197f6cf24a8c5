"""Details of an event that has a crew."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class CrewDetails(db.Model):
    """An event with this row is planned for a crew and has shifts.

    An event that is for the crew alone has ``Event.is_private``: it is in no public list. A draft is shown to its planners
    only; it has ``is_draft``, whether or not the event itself is public. ``shifts_start_at`` and ``shifts_end_at`` are the
    earliest start and the latest end of its shifts, and NULL without shifts; triggers keep them and the ``version``
    (``performance/read_models/crew.py``). Permissions on the event decide who sees it (``view_event``) and who is
    responsible for it (``change_event``).
    """

    __tablename__ = "crew_details"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    event_type_id: Mapped[int] = mapped_column(ForeignKey("event_types.id"), index=True)
    is_draft: Mapped[bool] = mapped_column(default=True)
    shifts_start_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    shifts_end_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        # With everything that decides whether an event is in a list.
        Index(
            "ix_crew_details_shifts_start_at",
            "shifts_start_at",
            "shifts_end_at",
            "event_id",
            "is_draft",
            "event_type_id",
        ),
        Index("ix_crew_details_shifts_end_at", "shifts_end_at", "event_id"),
    )
