"""Databases of the benchmarks: generated once per size, kept for the next run, and copied before they are changed."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import create_engine, func, select, text

from bench import bulk_load, crew_data, data_generator
from bench.servers import SECRET_KEY
from joindin import create_app
from joindin.extensions import db
from joindin.models import AccessToken, Attendance, Event, User
from joindin.queries.paging import PAGE_SIZE
from joindin.security.tokens import hash_token, new_token
from joindin.utils.datetimes import day_number, midnight, utc_now

ROOT = Path(__file__).parent.parent
VIEWERS = 64
# Number of events that writes go to.
BUSY_EVENTS = 1000


@dataclass(frozen=True)
class Dataset:
    """A generated database. ``seconds`` is the time of its generation; None if it existed."""

    kind: str
    events: int
    url: str
    seconds: float | None = None


@dataclass(frozen=True)
class Sample:
    """Objects of the requests: events with one page of talks and comments, and the events that writes go to.

    Requests read the same amount of data in every dataset; only the size of the tables differs.
    """

    talks_event_id: int
    comments_event_id: int
    busy_events: list[int]
    visible_events: int


class DatasetStore:
    """Generated databases: SQLite files in ``folder``, and databases on the server of ``postgresql``.

    ``generate`` fills a migrated database; ``prefix`` tells its databases from those of other benchmarks.
    """

    def __init__(
        self,
        folder: Path,
        postgresql: str | None,
        generate: Callable[..., None] = data_generator.generate_events,
        prefix: str = "joindin_bench",
    ):
        self._generate = generate
        self._prefix = prefix
        self._folder = folder
        self._postgresql = postgresql
        folder.mkdir(parents=True, exist_ok=True)

    def get_or_create(self, kind: str, events: int) -> Dataset:
        name = f"{self._prefix}_{events}_{_fingerprint()}"
        url, marker = self._url(kind, name), self._folder / f"{name}.{kind}.filled"
        if marker.exists() and self._exists(kind, name):
            return Dataset(kind, events, url)
        self._drop(kind, name)
        if kind == "postgresql":
            self._execute(f"CREATE DATABASE {name}")
        began = time.monotonic()
        with application(url, self._folder):
            upgrade()
            # The first day of the month, so that a database can be used for a month.
            self._generate(db.engine, events, now=midnight(utc_now()).replace(day=1))
        seconds = time.monotonic() - began
        marker.write_text(f"{seconds:.1f}\n")
        return Dataset(kind, events, url, seconds)

    @contextmanager
    def copy(self, dataset: Dataset):
        """Yield a writable copy of a dataset, and drop it at the end."""
        name = f"joindin_bench_copy_{os.getpid()}"
        url = self._url(dataset.kind, name)
        if dataset.kind == "postgresql":
            source = dataset.url.rpartition("/")[2]
            self._execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
        else:
            shutil.copyfile(self._file(dataset.url.rpartition("/")[2].removesuffix(".sqlite")), self._file(name))
        try:
            yield Dataset(dataset.kind, dataset.events, url)
        finally:
            self._drop(dataset.kind, name)

    def delete_all(self) -> None:
        """Drop all generated databases."""
        for marker in self._folder.glob("*.filled"):
            name, kind, _ = marker.name.split(".")
            if kind == "sqlite" or self._postgresql:
                self._drop(kind, name)
                marker.unlink()

    def _url(self, kind, name):
        return f"sqlite:///{self._file(name)}" if kind == "sqlite" else f"{self._postgresql.rpartition('/')[0]}/{name}"

    def _file(self, name):
        return self._folder / f"{name}.sqlite"

    def _exists(self, kind, name):
        if kind == "sqlite":
            return self._file(name).exists()
        return bool(self._query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))

    def _drop(self, kind, name):
        if kind == "sqlite":
            for end in ("", "-wal", "-shm"):
                Path(f"{self._file(name)}{end}").unlink(missing_ok=True)
        else:
            self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement):
        with create_engine(self._postgresql, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(statement))

    def _query(self, statement):
        with create_engine(self._postgresql).connect() as connection:
            return connection.scalar(text(statement))


@contextmanager
def application(url: str, folder: Path):
    """Run in an application context on that database."""
    app = create_app({"DATABASE_URL": url, "INSTANCE": str(folder / "instance"), "SECRET_KEY": SECRET_KEY})
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def take_sample(dataset: Dataset, folder: Path) -> Sample:
    with application(dataset.url, folder):
        talks, comments = (_event_with_a_page(counter) for counter in (Event.talk_count, Event.comment_count))
        today = day_number(utc_now())
        coming = select(Event.id).where(Event.is_visible, Event.start_day >= today).order_by(Event.start_day, Event.id)
        busy = db.session.scalars(coming.limit(BUSY_EVENTS)).all()
        visible = db.session.scalar(select(func.count()).select_from(Event).where(Event.is_visible))
        return Sample(talks, comments, list(busy), visible)


def _event_with_a_page(counter):
    """Return the event whose count is closest to the page size; a larger count is preferred."""
    nearest = (
        select(Event.id).where(Event.is_visible).order_by(counter < PAGE_SIZE, func.abs(counter - PAGE_SIZE), Event.id)
    )
    return db.session.scalar(nearest.limit(1))


def add_viewers(dataset: Dataset, folder: Path, busy_events: list[int]) -> list[str]:
    """Create users and return a token of each."""
    with application(dataset.url, folder):
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


def count_wrong_counters(dataset: Dataset, folder: Path, event_ids: list[int]) -> tuple[int, int]:
    """Return the number of attendances of these events, and the number of events with a wrong counter."""
    with application(dataset.url, folder):
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
    """Return a checksum of the generator, the migrations and the read models."""
    folders = ROOT / "migrations" / "versions", ROOT / "joindin" / "performance" / "read_models"
    sources = [
        Path(bulk_load.__file__),
        Path(data_generator.__file__),
        Path(crew_data.__file__),
        *(each for folder in folders for each in sorted(folder.glob("*.py"))),
    ]
    content = b"".join(source.read_bytes() for source in sources)
    return f"{utc_now():%Y%m}_{sha1(content).hexdigest()[:8]}"
