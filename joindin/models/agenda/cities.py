"""Cities in which events are held."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class City(db.Model):
    """A city of the gazetteer that an event was found to be in. Rows are never deleted.

    ``slug`` is unique in the country. ``operations/agenda/event_cities.py`` sets the city of an event.
    """

    __tablename__ = "cities"

    id: Mapped[int] = mapped_column(primary_key=True)
    geoname_id: Mapped[int] = mapped_column(unique=True)
    country_code: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(250))
    name: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("country_code", "slug"),)
