"""Collections: named selections of events by tags and places."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class Collection(db.Model):
    """``position`` orders the collections; ``is_pinned`` ones are in the site's navigation."""

    __tablename__ = "collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    is_pinned: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]


class CollectionFilter(db.Model):
    """A condition of a collection: any of the tags, and any of the places, and any of the actors.

    An event is in the collection if it matches a filter that is not negated (or all are negated) and no negated one.
    ``place_ids`` is a list of ids, ``tags`` of names, ``actors`` of objects with ``ap_id`` (null: this server).
    """

    __tablename__ = "collection_filters"

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), index=True)
    tags: Mapped[list] = mapped_column(JSON, default=list)
    place_ids: Mapped[list] = mapped_column(JSON, default=list)
    actors: Mapped[list] = mapped_column(JSON, default=list)
    is_negated: Mapped[bool] = mapped_column(default=False)
