"""Pages for search engines: public events, talks with an abstract, speakers, places, cities and tags, in blocks of ids."""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, false, select, true

from joindin.models import City, Event, ListedTag, Place, Tag, Talk, TalkSpeaker, User
from joindin.performance.sql.compiled import CompiledStatement

BLOCK_SIZE = 10_000
EVENTS, TALKS, PEOPLE, PLACES, TAGS, CITIES = "events", "talks", "people", "places", "tags", "cities"

_IS_PUBLIC_TALK = (Talk.is_active == true(), Event.is_visible == true())
_LISTS = {
    EVENTS: (
        Event.id,
        select(Event.id, Event.slug, Event.revised_at).where(Event.is_visible == true(), Event.slug.is_not(None)),
    ),
    TALKS: (
        Talk.id,
        select(Talk.slug, Talk.stub, Talk.revised_at, Event.slug.label("event_slug"))
        .join(Event, Event.id == Talk.event_id)
        .where(*_IS_PUBLIC_TALK, Event.slug.is_not(None), Talk.description != ""),
    ),
    PEOPLE: (
        User.id,
        select(User.username).where(
            User.is_active == true(),
            exists()
            .where(TalkSpeaker.user_id == User.id, TalkSpeaker.is_pending == false())
            .where(Talk.id == TalkSpeaker.talk_id, Event.id == Talk.event_id, *_IS_PUBLIC_TALK),
        ),
    ),
    PLACES: (
        Place.id,
        select(Place.id, Place.name).where(exists().where(Event.place_id == Place.id, Event.is_visible == true())),
    ),
    CITIES: (
        City.id,
        select(City.country_code, City.slug).where(
            exists().where(Event.city_id == City.id, Event.is_visible == true())
        ),
    ),
    TAGS: (Tag.id, select(Tag.name).where(exists().where(ListedTag.tag_id == Tag.id))),
}
_ROWS = {
    kind: CompiledStatement(rows.where(id_.between(bindparam("first"), bindparam("last"))).order_by(id_))
    for kind, (id_, rows) in _LISTS.items()
}
_BLOCKS = {
    kind: CompiledStatement(
        rows.with_only_columns(((id_ - 1) // BLOCK_SIZE).label("block")).distinct().order_by("block")
    )
    for kind, (id_, rows) in _LISTS.items()
}


def list_sitemap_blocks(connection, kind: str) -> list[int]:
    """Return the numbers, from 1, of the blocks that have pages of that kind."""
    return [row.block + 1 for row in connection.execute(_BLOCKS[kind])]


def list_sitemap_rows(connection, kind: str, block: int) -> Sequence:
    """Return the rows of a block, at most ``BLOCK_SIZE``."""
    last = block * BLOCK_SIZE
    return connection.execute(_ROWS[kind], {"first": last - BLOCK_SIZE + 1, "last": last}).all()
