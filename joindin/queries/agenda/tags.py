"""Tags of the agenda: one, those with a text, and all (contract, section 10)."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, exists, or_, select, text

from joindin.errors import NotFound
from joindin.models import ListedTag, Tag
from joindin.performance.read_models.expressions import TOTAL_LEVEL
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.usage import MAX_FOUND, TAG, all_by_usage_sql, most_used_sql
from joindin.queries.search_patterns import like_param, like_pattern
from joindin.utils.text import fold_case, fold_case_accents

_COLUMNS = (Tag.__table__.c.name,)
_SEARCH = most_used_sql(TAG, _COLUMNS, f"r.name_key LIKE {like_param('pattern')}", "false")
_MOST_USED = most_used_sql(TAG, _COLUMNS, "true", "false")
_ALL = all_by_usage_sql(TAG, _COLUMNS, is_used_only=False)
_is_public = exists().where(ListedTag.tag_id == Tag.id)
_BY_NAME = CompiledStatement(
    select(Tag.id, Tag.name)
    .where(
        Tag.name_key == bindparam("key"), Tag.name == bindparam("name"), or_(bindparam("sees_all", False), _is_public)
    )
    .order_by(Tag.id)
    .limit(1)
)
_PUBLIC = CompiledStatement(select(Tag.id, Tag.name).where(Tag.spelling_key == bindparam("key"), _is_public))
_IDS = CompiledStatement(select(Tag.id).where(Tag.spelling_key.in_(bindparam("keys", expanding=True))).order_by(Tag.id))
_IDS_BY_KEY = CompiledStatement(
    select(Tag.spelling_key, Tag.id).where(Tag.spelling_key.in_(bindparam("keys", expanding=True)))
)


def _alphabetical(is_backwards):
    """Return the statement of a page of public tags with their numbers of visible events."""
    direction, beyond = ("DESC", "<") if is_backwards else ("ASC", ">")
    return CompiledStatement(
        text(f"""
            SELECT page.name, page.spelling_key, CAST(
                (SELECT coalesce(sum(count), 0) FROM bucket_counts
                    WHERE counter = 'tag ' || page.id AND level = {TOTAL_LEVEL})
                + (SELECT coalesce(sum(change), 0) FROM pending_bucket_counts WHERE counter = 'tag ' || page.id)
                AS bigint) AS number
            FROM (
                SELECT id, name, spelling_key FROM tags
                WHERE spelling_key {beyond} :after AND EXISTS (SELECT 1 FROM listed_tags WHERE tag_id = tags.id)
                ORDER BY spelling_key {direction} LIMIT :size
            ) page ORDER BY page.spelling_key {direction}""")
    )


_FORWARDS, _BACKWARDS = _alphabetical(False), _alphabetical(True)


def search_tags(connection, search: str | None, *, most: int = MAX_FOUND) -> Sequence:
    """Return at most ``most`` tags (``name``, ``number``) of visible events, the most used first.

    The text is part of the tag, with the wildcards of LIKE.
    """
    if not search:
        return connection.execute(_MOST_USED, {"most": most}).all()
    return connection.execute(_SEARCH, {"pattern": like_pattern(search), "most": most}).all()


def list_tags(connection) -> Sequence:
    """Return all tags (``name``, ``number``), the most used first."""
    return connection.execute(_ALL).all()


def list_tags_alphabetically(connection, after: str, size: int, *, is_backwards: bool = False) -> Sequence:
    """Return a page of tags (``name``, ``spelling_key``, ``number``) of visible events by the spelling without case.

    It begins behind the spelling ``after``, or ends before it with the nearest first.
    """
    return connection.execute(_BACKWARDS if is_backwards else _FORWARDS, {"after": after, "size": size}).all()


def find_tag(connection, name: str, *, sees_all: bool = False):
    """Return the tag of that spelling.

    Without ``sees_all`` it needs a visible event: people without an account may have sent the others.

    :raises NotFound: if there is none.
    """
    params = {"key": fold_case_accents(name), "name": name.replace("\0", ""), "sees_all": sees_all}
    return _first(connection.execute(_BY_NAME, params))


def find_public_tag(connection, name: str):
    """Return the tag of that name in any case; :raises NotFound: if no visible event has it."""
    return _first(connection.execute(_PUBLIC, {"key": fold_case(name)}))


def _first(rows):
    tag = rows.first()
    if tag is None:
        raise NotFound("Not Found")
    return tag


def find_tag_ids(connection, names: Collection[str]) -> tuple[int, ...]:
    """Return the ids of the tags with one of these names, without regard to case."""
    keys = sorted({fold_case(name) for name in names})
    return tuple(connection.scalars(_IDS, {"keys": keys})) if keys else ()


def find_tag_ids_by_key(connection, names: Collection[str]) -> dict[str, int]:
    """Return the ids of the tags by the names without case (:func:`~joindin.utils.text.fold_case`)."""
    keys = sorted({fold_case(name) for name in names})
    return dict(connection.execute(_IDS_BY_KEY, {"keys": keys}).all()) if keys else {}
