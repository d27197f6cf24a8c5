"""Import of a Joind.in database with all its data and ids, so that existing links and tokens stay valid.

The first run requires an installation without content. A run can be interrupted at any point; the next run continues it. After a
complete run, another run adds only rows that are new in the source. Rows that were changed or deleted here are kept, unless
``overwrite`` is set.

All ids up to the highest id of the source are reserved before the first row is imported. Rows that users create here, also during
the import, get higher ids.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import delete, exists, select

from joindin.errors import Conflict, InvalidInput
from joindin.imports.bulk_rows import is_among
from joindin.imports.joindin.address_usernames import USER_TABLE, rename_address_usernames
from joindin.imports.joindin.batches import import_table, read_batches
from joindin.imports.joindin.images import ImageFolder, copy_images
from joindin.imports.joindin.progress import load_progress, reserve_ids
from joindin.imports.joindin.records import ImportContext
from joindin.imports.joindin.recount import recompute_counters
from joindin.imports.joindin.sources import Source, TableStats
from joindin.imports.joindin.tables import list_table_imports
from joindin.imports.joindin.talk_categories import CATEGORY_TABLE, delete_categories, store_categories
from joindin.imports.legacy_row import InvalidRow, parse_row_id
from joindin.imports.report import Report
from joindin.models import Language, TalkType
from joindin.operations.accounts.access_revocation import revoke_access_of_inactive_users
from joindin.operations.accounts.lookalike_keys import set_lookalike_keys
from joindin.seeds.base_data import LANGUAGES, TALK_TYPES, seed_reference_data

# A database without these tables is not a Joind.in database.
REQUIRED_TABLES = ("user", "events")
# Further tables or ids are not named in a message.
MAX_NAMED = 5


def import_database(
    session,
    source: Source,
    *,
    now: dt.datetime,
    report: Report,
    overwrite: bool = False,
    images: ImageFolder | None = None,
) -> Iterator[int]:
    """Import all tables. Yield the number of rows read since the last yield; the caller commits at each yield.

    :raises InvalidInput: if the source is not a Joind.in database.
    :raises Conflict: if there is content from elsewhere. Nothing is written in this case.
    """
    stats, table_imports = source.table_stats(), list_table_imports(source)
    if missing := [name for name in REQUIRED_TABLES if name not in stats]:
        raise InvalidInput(f"That is not a Joind.in database: there is no table {missing[0]}")
    progress = load_progress(session)
    context = ImportContext(session, source, report, now, overwrite, progress, is_first=not progress)
    highest_ids = {each.name: stats.get(each.name, TableStats()).highest_id for each in table_imports}
    if context.is_first:
        _check_emptiness(session, table_imports)
        _delete_reference_data(session)
    else:
        _check_collisions(context, table_imports, highest_ids)
    for each in table_imports:
        reserve_ids(session, progress, each.name, each.table, highest_ids[each.name])
    yield 0
    yield from _import_tables(context, table_imports, highest_ids)
    if images is not None:
        yield from (0 for _page in copy_images(context, images))
    revoke_access_of_inactive_users(session, now=now)
    yield from (0 for _range in recompute_counters(session))


def count_source_rows(source: Source) -> int:
    """Return the number of rows that a run reads."""
    stats = source.table_stats()
    tables = {*(each.name for each in list_table_imports(source)), CATEGORY_TABLE}
    return sum(stats[name].count for name in tables & {*stats})


def _import_tables(context, table_imports, highest_ids):
    for each in table_imports:
        if each.name == "talks":
            finished_talk_id = context.progress["talks"].finished_until_id
            yield from store_categories(context)
        yield from import_table(context, each, highest_ids[each.name])
        if each.name == USER_TABLE:
            rename_address_usernames(context)
        if each.name == "user":
            set_lookalike_keys(context.session)
        if each.name == "categories":
            seed_reference_data(context.session)
        if each.name == "talks":
            delete_categories(context, finished_talk_id=finished_talk_id)


def _check_emptiness(session, table_imports):
    """Refuse an installation with content, because the imported rows keep their ids."""
    content = {
        Language.__table__: Language.name.not_in(tuple(LANGUAGES)),
        TalkType.__table__: TalkType.title.not_in(TALK_TYPES),
    }
    tables = [each.table for each in table_imports]
    filled = {
        table.name.replace("_", " ")
        for table in tables
        if session.scalar(select(exists(select(1).select_from(table).where(content.get(table, True)))))
    }
    if filled:
        raise Conflict(
            f"There is content here already ({', '.join(sorted(filled)[:MAX_NAMED])}). The import keeps all ids,"
            " so it needs a new installation after `joindin setup`. Nothing was written"
        )


def _delete_reference_data(session):
    """Delete languages and talk types, because those of the source have ids of their own."""
    session.execute(delete(Language))
    session.execute(delete(TalkType))


def _check_collisions(context, table_imports, highest_ids):
    """Refuse new source rows whose ids were assigned here since the last run."""
    collisions = []
    for each in table_imports:
        progress = context.progress.get(each.name)
        reserved_id = progress.reserved_until_id if progress else 0
        if "id" not in each.table.c or highest_ids[each.name] <= reserved_id:
            continue
        id_column = each.table.c.id
        for batch in read_batches(context.source.rows(each.name, after_id=reserved_id)):
            taken = select(id_column).where(is_among(context.session, id_column, list(_ids(batch)))).order_by(id_column)
            collisions += [f"{each.name} {row_id}" for row_id in context.session.scalars(taken.limit(MAX_NAMED))]
            if len(collisions) >= MAX_NAMED:
                break
    if collisions:
        raise Conflict(
            "These rows are new in the source, but their ids are already in use here:"
            f" {', '.join(collisions[:MAX_NAMED])}. Nothing was written"
        )


def _ids(rows):
    for row in rows:
        with suppress(InvalidRow):
            yield parse_row_id(row)
