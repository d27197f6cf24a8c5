"""The image of an event as agendas show it: of any ratio, where ``EventImage`` is square."""

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class EventFlyer(db.Model):
    """A JPEG of at most 1,200 px width, or the square image that Joind.in stored.

    The name of a JPEG is 32 hexadecimal digits and ``.jpg``; its thumbnail of at most 500 px width has the same name in
    another folder, and ``EventImage`` has the squares that were cut from it. A square image has the name that
    ``EventImage`` has. The occurrences of a series share the files of their parent.
    ``focal_x`` and ``focal_y`` are the most important point of the image, from -1 (left, top) to 1.
    ``byte_size`` is 0 where it is not known.
    """

    __tablename__ = "event_flyers"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    file: Mapped[str] = mapped_column(String(100), index=True)
    width: Mapped[int]
    height: Mapped[int]
    byte_size: Mapped[int]
    alt_text: Mapped[str] = mapped_column(String(500), default="", server_default="")
    focal_x: Mapped[float] = mapped_column(Float, default=0, server_default="0")
    focal_y: Mapped[float] = mapped_column(Float, default=0, server_default="0")
