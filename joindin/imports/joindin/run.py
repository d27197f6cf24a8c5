"""Moving a Joind.in installation in, with its data and its ids, so that every old link still works.

The first run wants an installation without content. It can be broken off anywhere and repeated: a
run goes on where the last one ended. Once a run came to its end, the next one adds what is new in
the original and nothing else; what was changed or deleted here since stays so, unless the
original's word is to count again (``overwrite``).

Ids up to the highest of the original are set aside before the first row comes in. What is made here
gets higher ones, also while rows are still coming.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import delete, exists, select

from joindin.errors import Conflict, InvalidInput
from joindin.imports.joindin.batches import import_table, read_batches
from joindin.imports.joindin.bulk_rows import is_among
from joindin.imports.joindin.images import ImageFolder, copy_images
from joindin.imports.joindin.legacy_row import InvalidRow, parse_row_id
from joindin.imports.joindin.progress import load_progress, reserve_ids
from joindin.imports.joindin.records import ImportContext
from joindin.imports.joindin.recount import recompute_counters
from joindin.imports.joindin.report import Report
from joindin.imports.joindin.sources import Source, TableStats
from joindin.imports.joindin.tables import list_table_imports
from joindin.imports.joindin.talk_categories import TABLE as CATEGORY_TABLE
from joindin.imports.joindin.talk_categories import delete_categories, store_categories
from joindin.models import Language, TalkType
from joindin.seeds.base_data import LANGUAGES, TALK_TYPES, seed_reference_data

# Without these it is no installation of Joind.in.
REQUIRED_TABLES = ("user", "events")
MOST_NAMED = 5


def import_database(
    session,
    source: Source,
    *,
    now: dt.datetime,
    report: Report,
    overwrite: bool = False,
    images: ImageFolder | None = None,
) -> Iterator[int]:
    """Move everything; yields how many rows were read since the last time. Commit whenever it yields.

    :raises InvalidInput: if the source is no Joind.in.
    :raises Conflict: if there is content that did not come from there. Nothing is written then.
    """
    facts, moves = source.table_stats(), list_table_imports(source)
    if missing := [name for name in REQUIRED_TABLES if name not in facts]:
        raise InvalidInput(f"That is no database of Joind.in: there is no table {missing[0]}")
    marks = load_progress(session)
    moving = ImportContext(session, source, report, now, overwrite, marks, is_first=not marks)
    highest = {move.name: facts.get(move.name, TableStats()).highest_id for move in moves}
    if moving.is_first:
        _check_emptiness(session, moves)
        _take_out_base_data(session)
    else:
        _check_collisions(moving, moves, highest)
    for move in moves:
        reserve_ids(session, marks, move.name, move.table, highest[move.name])
    yield 0
    yield from _move_tables(moving, moves, highest)
    if images is not None:
        yield from (0 for _page in copy_images(moving, images))
    yield from (0 for _range in recompute_counters(session))


def count_source_rows(source: Source) -> int:
    """How many rows a run will read."""
    facts = source.table_stats()
    return sum(
        facts[name].count for name in {*(move.name for move in list_table_imports(source)), CATEGORY_TABLE} & {*facts}
    )


def _move_tables(moving, moves, highest):
    for move in moves:
        if move.name == "talks":
            talks_before = moving.progress["talks"].finished_until_id
            yield from store_categories(moving)
        yield from import_table(moving, move, highest[move.name])
        if move.name == "categories":
            seed_reference_data(moving.session)
        if move.name == "talks":
            delete_categories(moving, finished_until_id=talks_before)


def _check_emptiness(session, moves):
    """Ids are kept, so there is room for one original only."""
    base = {
        Language.__table__: Language.name.not_in(tuple(LANGUAGES)),
        TalkType.__table__: TalkType.title.not_in(TALK_TYPES),
    }
    filled = [
        move.table.name.replace("_", " ")
        for move in moves
        if session.scalar(select(exists(select(1).select_from(move.table).where(base.get(move.table, True)))))
    ]
    if filled:
        raise Conflict(
            f"There is content here already ({', '.join(sorted(set(filled))[:MOST_NAMED])}). Moving in keeps"
            " all ids, so it needs an installation that is fresh from `joindin setup`. Nothing was written"
        )


def _take_out_base_data(session):
    """Make room for the original's languages and types, which have ids of their own."""
    session.execute(delete(Language))
    session.execute(delete(TalkType))


def _check_collisions(moving, moves, highest):
    """What is new in the original may have ids that were given here meanwhile."""
    collisions = []
    for move in moves:
        mark = moving.progress.get(move.name)
        reserved_to = mark.reserved_until_id if mark else 0
        if "id" not in move.table.c or highest[move.name] <= reserved_to:
            continue
        for batch in read_batches(moving.source.rows(move.name, above=reserved_to)):
            ids = list(_ids(batch))
            taken = (
                select(move.table.c.id).where(is_among(moving.session, move.table.c.id, ids)).order_by(move.table.c.id)
            )
            collisions += [f"{move.name} {row_id}" for row_id in moving.session.scalars(taken.limit(MOST_NAMED))]
            if len(collisions) >= MOST_NAMED:
                break
    if collisions:
        raise Conflict(
            "These rows are new in the original, but their ids were given to something else here meanwhile:"
            f" {', '.join(collisions[:MOST_NAMED])}. Nothing was written"
        )


def _ids(rows):
    for row in rows:
        with suppress(InvalidRow):
            yield parse_row_id(row)
