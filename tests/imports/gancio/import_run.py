"""A finished import, with numbers by table, and issues as text."""

from contextlib import closing
from pathlib import Path

from joindin.db.base import Base
from joindin.imports.gancio.flyers import FlyerImport, UploadsFolder
from joindin.imports.gancio.open_source import open_source
from joindin.imports.gancio.run import import_gancio
from joindin.imports.report import Report
from joindin.models import Event
from joindin.utils.media.local_folder import LocalFolder
from tests.factories import parse_instant

NOW = parse_instant("2026-11-28T12:00:00+00:00")
LATER = parse_instant("2026-11-29T12:00:00+00:00")


class ImportRun:
    def __init__(self, session, source, *, host=None, uploads=None, media_dir=None, now=NOW, is_dry_run=False):
        self.issues = []
        self._report = Report(on_issue=lambda issue: self.issues.append(str(issue)))
        with closing(source if not isinstance(source, str) else open_source(source, host=host)) as opened:
            reader = UploadsFolder(Path(uploads)) if uploads else opened if hasattr(opened, "read_image") else None
            flyers = FlyerImport(reader, LocalFolder(media_dir)) if reader and media_dir else None
            for _rows in import_gancio(
                session, opened, now=now, report=self._report, flyers=flyers, is_dry_run=is_dry_run
            ):
                if not is_dry_run:
                    session.commit()
            session.rollback()
        session.expire_all()

    def of(self, table):
        return {outcome: number for outcome, number in self._report.outcomes.get(table, {}).items() if number}

    @property
    def outcomes(self):
        return {table: self.of(table) for table in self._report.outcomes}

    @property
    def read(self):
        return dict(self._report.read)

    @property
    def excluded(self):
        return dict(self._report.excluded)

    @property
    def images(self):
        return dict(self._report.images)


def all_rows(session):
    """Return every row of every table, by table."""
    return {
        table.name: sorted(
            (dict(row) for row in session.execute(table.select()).mappings()),
            key=lambda row: [str(value) for value in row.values()],
        )
        for table in Base.metadata.sorted_tables
    }


def event_by_slug(session, slug) -> Event:
    return session.query(Event).filter_by(slug=slug).one()
