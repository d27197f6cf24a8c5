"""Source rows, valid by default, as a dump contains them: every value is text or null."""

import datetime as dt
import json

from joindin.db.base import Base
from joindin.imports.joindin.run import import_database
from joindin.imports.joindin.sources import InMemorySource
from joindin.imports.report import Report
from joindin.utils.datetimes import UTC

NOW = dt.datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
# The bcrypt of the MD5 of "password", cost 4.
PASSWORD = "$2y$04$COWKqGQ3f6pvhvdhlVJF1.6mik1yhlRx8bvQSf7d57bAQrIlGecym"


def seconds(text):
    return str(int(dt.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()))


STARTS, ENDS = seconds("2012-05-04 09:00:00"), seconds("2012-05-05 17:00:00")


def _row(defaults, columns):
    assert set(columns) <= set(defaults), set(columns) - set(defaults)
    return {name: None if value is None else str(value) for name, value in (defaults | columns).items()}


def user(id_, username=None, **columns):
    username = f"user{id_}" if username is None else username
    return _row(
        {
            "ID": id_,
            "username": username,
            "password": PASSWORD,
            "email": f"{username}@example.org",
            "full_name": f"Person {id_}",
            "twitter_username": "",
            "biography": None,
            "verified": 1,
            "active": 1,
            "admin": 0,
            "trusted": 0,
            "last_login": 0,
            "request_code": None,
        },
        columns,
    )


def event(id_, name=None, **columns):
    name = f"Conf {id_}" if name is None else name
    return _row(
        {
            "ID": id_,
            "event_name": name,
            "url_friendly_name": f"conf-{id_}",
            "event_start": STARTS,
            "event_end": ENDS,
            "event_lat": "52.3731000000000000",
            "event_long": "4.8922000000000000",
            "event_loc": "Main Hall",
            "event_desc": "Two days.",
            "active": 1,
            "pending": 0,
            "private": "0",
            "event_stub": None,
            "event_icon": "",
            "event_hashtag": None,
            "event_href": "https://conf.example",
            "event_cfp_start": 0,
            "event_cfp_end": None,
            "event_cfp_url": None,
            "event_voting": 0,
            "event_tz_cont": "Europe",
            "event_tz_place": "Amsterdam",
            "event_contact_name": "Ada",
            "event_contact_email": None,
            "comment_count": 0,
            "talk_count": 0,
            "track_count": 0,
            "reviewer_id": None,
            "rejection_reason": None,
        },
        columns,
    )


def talk(id_, event_id, **columns):
    return _row(
        {
            "ID": id_,
            "event_id": event_id,
            "talk_title": f"Talk {id_}",
            "url_friendly_talk_title": f"talk-{id_}",
            "talk_desc": "About something.",
            "slides_link": "",
            "date_given": STARTS,
            "duration": 60,
            "active": 1,
            "owner_id": None,
            "lang": 2,
            "stub": f"{id_:05x}",
        },
        columns,
    )


def event_comment(id_, event_id, **columns):
    return _row(
        {
            "ID": id_,
            "event_id": event_id,
            "user_id": None,
            "cname": "A visitor",
            "comment": f"Comment {id_}",
            "rating": 4,
            "date_made": STARTS,
            "active": 1,
            "source": "joind.in",
            "comment_type": None,
        },
        columns,
    )


def talk_comment(id_, talk_id, **columns):
    return _row(
        {
            "ID": id_,
            "talk_id": talk_id,
            "user_id": None,
            "rating": 4,
            "comment": f"Comment {id_}",
            "created_at": "2012-05-04 10:00:00",
            "private": 0,
            "active": 1,
            "source": "api",
            "comment_type": None,
        },
        columns,
    )


def client(id_, key, **columns):
    return _row(
        {
            "id": id_,
            "consumer_key": key,
            "consumer_secret": "secret",
            "created_date": "2012-01-01 00:00:00",
            "user_id": 1,
            "application": None,
            "description": None,
            "callback_url": None,
            "enable_password_grant": 1,
            "can_be_revoked": 0,
        },
        columns,
    )


def token(id_, value, user_id, key="web2", **columns):
    return _row(
        {
            "id": id_,
            "consumer_key": key,
            "access_token": value,
            "access_token_secret": None,
            "user_id": user_id,
            "created_date": "2012-01-01 00:00:00",
            "last_used_date": "2030-01-01 00:00:00",
        },
        columns,
    )


def speaker(id_, talk_id, name="Ada", speaker_id=None, status=None):
    return row(ID=id_, talk_id=talk_id, speaker_name=name, speaker_id=speaker_id, status=status)


def row(**columns):
    return _row(columns, {})


LANGUAGES = [
    row(ID=1, lang_name="English - US", lang_abbr="us"),
    row(ID=2, lang_name="English - UK", lang_abbr="uk"),
    row(ID=3, lang_name="Deutsch", lang_abbr="de"),
]
CATEGORIES = [row(ID=1, cat_title="Talk", cat_desc="Talk"), row(ID=3, cat_title="Keynote", cat_desc="Keynote")]


def legacy_tables(**tables):
    """Return the tables of an installation with these rows, languages and categories."""
    return {"user": [], "events": [], "lang": LANGUAGES, "categories": CATEGORIES} | tables


class ImportRun:
    """A finished import: numbers by table, and issues as text."""

    def __init__(self, session, source, **options):
        self.issues = []
        self._report = Report(on_issue=lambda issue: self.issues.append(str(issue)))
        for _rows in import_database(session, source, now=NOW, report=self._report, **options):
            session.commit()
        session.commit()
        session.expire_all()

    def of(self, table):
        return {outcome: number for outcome, number in self._report.outcomes.get(table, {}).items() if number}

    @property
    def totals(self):
        """Numbers by outcome, for all tables."""
        outcomes = {}
        for table in self._report.outcomes:
            for outcome, number in self.of(table).items():
                outcomes[outcome] = outcomes.get(outcome, 0) + number
        return outcomes

    @property
    def excluded(self):
        return dict(self._report.excluded)

    @property
    def images(self):
        return dict(self._report.images)


def run_import(session, tables, **options):
    return ImportRun(session, InMemorySource(tables), **options)


def write_dump(file, tables):
    file.write_text(json.dumps(tables), encoding="utf-8")
    return file


def all_rows(session):
    """Return every row of every imported table, by table, without the times of the import and the counts of changes."""
    return {
        table.name: sorted(
            (
                {**row, "revised_at": None, "programme_changed_at": None}
                for row in session.execute(table.select()).mappings()
                if row.get("counter") not in ("changes", "crew")
            ),
            key=lambda row: [str(value) for value in row.values()],
        )
        for table in Base.metadata.sorted_tables
        if table.name not in ("import_progress", "import_row_notes", "programme_changes")
    }
