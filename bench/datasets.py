"""The databases that are measured: seeded once for each size, kept for the next run, copied before anybody writes."""

import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import create_engine, func, select, text

from bench import bulk_load, data_generator
from bench.data_generator import generate_events
from joindin import create_app
from joindin.extensions import db
from joindin.models import AccessToken, Attendance, Event, User
from joindin.queries.paging import PAGE_SIZE
from joindin.security.tokens import hash_token, new_token
from joindin.utils.datetimes import day_number, midnight, utc_now

ROOT = Path(__file__).parent.parent
VIEWERS = 64
# People write at so many events.
BUSY_EVENTS = 1000


@dataclass(frozen=True)
class Dataset:
    """A filled database; ``seconds`` is what filling it took, None if it was found filled."""

    kind: str
    events: int
    url: str
    seconds: float | None = None


@dataclass(frozen=True)
class Sample:
    """What requests name: events with just a page of talks, and of comments, and where people go.

    So in every community the same is read, and only what lies around it differs.
    """

    talks_event_id: int
    comments_event_id: int
    busy_events: list[int]
    visible_events: int


class DatasetStore:
    """Seeded databases: SQLite files in ``folder``, and databases beside the one ``postgresql`` names."""

    def __init__(self, folder: Path, postgresql: str | None):
        self._folder = folder
        self._postgresql = postgresql
        folder.mkdir(parents=True, exist_ok=True)

    def community(self, kind: str, events: int) -> Dataset:
        name = f"joindin_bench_{events}_{_fingerprint()}"
        url, mark = self._url(kind, name), self._folder / f"{name}.{kind}.filled"
        if mark.exists() and self._exists(kind, name):
            return Dataset(kind, events, url)
        self._drop(kind, name)
        if kind == "postgresql":
            self._tell(f"CREATE DATABASE {name}")
        began = time.monotonic()
        with application(url, self._folder):
            upgrade()
            # The first of the month, so that a database serves for a while.
            generate_events(db.engine, events, now=midnight(utc_now()).replace(day=1))
        seconds = time.monotonic() - began
        mark.write_text(f"{seconds:.1f}\n")
        return Dataset(kind, events, url, seconds)

    @contextmanager
    def copy(self, community: Dataset):
        """The same community in a database that may be written to, gone afterwards."""
        name = f"joindin_bench_copy_{os.getpid()}"
        url = self._url(community.kind, name)
        if community.kind == "postgresql":
            source = community.url.rpartition("/")[2]
            self._tell(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
        else:
            shutil.copyfile(self._file(community.url.rpartition("/")[2].removesuffix(".sqlite")), self._file(name))
        try:
            yield Dataset(community.kind, community.events, url)
        finally:
            self._drop(community.kind, name)

    def forget(self) -> None:
        """Drop all that was kept."""
        for mark in self._folder.glob("*.filled"):
            name, kind, _ = mark.name.split(".")
            if kind == "sqlite" or self._postgresql:
                self._drop(kind, name)
                mark.unlink()

    def _url(self, kind, name):
        return f"sqlite:///{self._file(name)}" if kind == "sqlite" else f"{self._postgresql.rpartition('/')[0]}/{name}"

    def _file(self, name):
        return self._folder / f"{name}.sqlite"

    def _exists(self, kind, name):
        if kind == "sqlite":
            return self._file(name).exists()
        return bool(self._ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))

    def _drop(self, kind, name):
        if kind == "sqlite":
            for end in ("", "-wal", "-shm"):
                Path(f"{self._file(name)}{end}").unlink(missing_ok=True)
        else:
            self._tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _tell(self, statement):
        with create_engine(self._postgresql, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(statement))

    def _ask(self, statement):
        with create_engine(self._postgresql).connect() as connection:
            return connection.scalar(text(statement))


@contextmanager
def application(url: str, folder: Path):
    """Our models, bound to that database."""
    app = create_app(
        {"DATABASE_URL": url, "INSTANCE": str(folder / "instance"), "SECRET_KEY": "of the benchmark alone"}
    )
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def take_sample(community: Dataset, folder: Path) -> Sample:
    with application(community.url, folder):
        talks, comments = (_event_with_a_page(counter) for counter in (Event.talk_count, Event.comment_count))
        today = day_number(utc_now())
        coming = select(Event.id).where(Event.is_visible, Event.start_day >= today).order_by(Event.start_day, Event.id)
        busy = db.session.scalars(coming.limit(BUSY_EVENTS)).all()
        visible = db.session.scalar(select(func.count()).select_from(Event).where(Event.is_visible))
        return Sample(talks, comments, list(busy), visible)


def _event_with_a_page(counter):
    """The event that has most nearly a page of what is counted, rather more than less."""
    nearest = (
        select(Event.id).where(Event.is_visible).order_by(counter < PAGE_SIZE, func.abs(counter - PAGE_SIZE), Event.id)
    )
    return db.session.scalar(nearest.limit(1))


def add_viewers(community: Dataset, folder: Path, busy_events: list[int]) -> list[str]:
    """Tokens of new people, each of whom attends some of the events."""
    with application(community.url, folder):
        tokens = []
        for number in range(VIEWERS):
            user = User(username=f"viewer{number}", email=f"viewer{number}@example.com", is_verified=True)
            db.session.add(user)
            db.session.flush()
            tokens.append(new_token())
            now = utc_now()
            token = AccessToken(token_hash=hash_token(tokens[-1]), user_id=user.id, created_at=now, last_used_at=now)
            db.session.add(token)
        db.session.commit()
        return tokens


def count_wrong_counters(community: Dataset, folder: Path, event_ids: list[int]) -> tuple[int, int]:
    """How many people attend these events, and at how many of them the counter says something else."""
    with application(community.url, folder):
        here = Event.id.in_(event_ids)
        attending = select(func.count()).where(Attendance.event_id == Event.id).correlate(Event).scalar_subquery()
        wrong = db.session.scalar(
            select(func.count()).select_from(Event).where(here, Event.attendee_count != attending)
        )
        total = db.session.scalar(
            select(func.count()).select_from(Attendance).where(Attendance.event_id.in_(event_ids))
        )
        return total, wrong


def _fingerprint():
    """Changes with what is seeded, with the schema and with what the database keeps up itself."""
    folders = ROOT / "migrations" / "versions", ROOT / "joindin" / "performance" / "read_models"
    sources = [
        Path(bulk_load.__file__),
        Path(data_generator.__file__),
        *(each for folder in folders for each in sorted(folder.glob("*.py"))),
    ]
    content = b"".join(source.read_bytes() for source in sources)
    return f"{utc_now():%Y%m}_{sha1(content).hexdigest()[:8]}"
