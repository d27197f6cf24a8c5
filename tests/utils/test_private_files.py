"""Files that only the user of the server may read."""

import stat

from joindin import create_app
from joindin.extensions import db
from joindin.jobs.queue import get_queue
from joindin.utils.private_files import create_private_file, make_private


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_an_existing_file_keeps_its_content(tmp_path):
    file = tmp_path / "secret"
    file.write_text("content")

    create_private_file(file)

    assert file.read_text() == "content"


def test_missing_files_are_not_created(tmp_path):
    make_private([tmp_path / "none"])

    assert list(tmp_path.iterdir()) == []


def test_database_and_queue_are_created_for_their_owner_only(tmp_path):
    app = create_app({"INSTANCE": tmp_path, "SECRET_KEY": "used in tests only"})
    with app.app_context():
        db.session.execute(db.text("CREATE TABLE example (id INTEGER)"))
        db.session.commit()
        get_queue(app).pending()
        modes = {file.name: mode(file) for file in tmp_path.iterdir() if file.is_file()}
        db.engine.dispose()

    assert {"joindin.sqlite", "joindin.sqlite-wal", "joindin.sqlite-shm", "queue.sqlite"} <= modes.keys()
    assert set(modes.values()) == {0o600}
