"""Storages of image files: a folder, and a bucket on a real server with the API of S3."""

import datetime as dt
import os
import socket

import pytest

from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.object_storage import ObjectStorage
from joindin.utils.media.open_storage import open_storage
from joindin.utils.media.storage import StorageUnavailable
from tests.object_storage import ACCESS_KEY_ID, SECRET_ACCESS_KEY, ObjectStorageServer

ODD_NAMES = [
    "flyers/é ö.png",
    "flyers/100%.png",
    "flyers/a%2Fb.png",
    "flyers/a+b&c=d#e?f~'().png",
    "flyers/" + "n" * 200,
]
INVALID_NAMES = [
    "",
    "/a.png",
    "a//b.png",
    "../a.png",
    "a/./b.png",
    "a/../b",
    "a\0b",
    "a\nb",
    "a\\b",
    "n" * 221,
    "n/" * 500,
]


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path):
    if request.param == "folder":
        return open_storage((tmp_path / "images of events").as_uri())
    return open_storage(request.getfixturevalue("object_storage").create_bucket(), timeout_s=60)


def test_url_chooses_the_storage(tmp_path):
    folder = tmp_path / "a b%"

    assert isinstance(open_storage("s3://bucket/prefix"), ObjectStorage)
    assert open_storage(folder.as_uri()).folder == folder
    assert open_storage(folder.as_uri()).url == folder.as_uri()


def test_written_file_is_read_and_deleted(storage):
    before = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)

    storage.put("flyers/a.jpg", b"pixels")
    file = storage.head("flyers/a.jpg")
    content = storage.get("flyers/a.jpg")
    storage.delete("flyers/a.jpg")
    storage.delete("flyers/a.jpg")

    assert (file.name, file.size, content) == ("flyers/a.jpg", 6, b"pixels")
    assert before < file.modified_at < before + dt.timedelta(minutes=10)
    assert (storage.head("flyers/a.jpg"), storage.get("flyers/a.jpg"), list(storage.list())) == (None, None, [])


def test_second_write_replaces_the_file_and_changes_its_etag(storage):
    storage.put("site/logo.png", b"first")
    first = storage.head("site/logo.png")

    storage.put("site/logo.png", b"second")

    assert storage.get("site/logo.png") == b"second"
    assert storage.head("site/logo.png").etag != first.etag
    assert [file.name for file in storage.list()] == ["site/logo.png"]


def test_list_yields_a_folder_with_its_subfolders(storage):
    names = ["event_icons/b.png", "event_icons/a.png", "flyers/c.jpg", "flyers/thumb/c.jpg", "flyers_of_others/d.jpg"]
    for name in names:
        storage.put(name, name.encode())

    assert sorted(file.name for file in storage.list()) == sorted(names)
    assert [(file.name, file.size) for file in storage.list("flyers")] == [
        ("flyers/c.jpg", len("flyers/c.jpg")),
        ("flyers/thumb/c.jpg", len("flyers/thumb/c.jpg")),
    ]
    assert list(storage.list("site")) == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_kept(storage, name):
    storage.put(name, b"pixels")

    assert storage.get(name) == b"pixels"
    assert [file.name for file in storage.list("flyers")] == [name] == [storage.head(name).name]


@pytest.mark.parametrize("name", INVALID_NAMES)
def test_no_file_has_an_invalid_name(storage, name):
    with pytest.raises(ValueError, match="is not a file name"):
        storage.put(name, b"pixels")
    storage.delete(name)

    assert (storage.head(name), storage.get(name), list(storage.list())) == (None, None, [])


def test_folders_and_temporary_files_are_no_files(tmp_path):
    storage = LocalFolder(tmp_path)
    (tmp_path / "flyers" / "a.png").mkdir(parents=True)
    (tmp_path / "flyers" / "b.png.part").write_bytes(b"half")
    (tmp_path / "flyers" / "c.png").symlink_to("/etc/passwd")

    assert (storage.head("flyers/a.png"), storage.get("flyers/a.png")) == (None, None)
    assert list(storage.list()) == []


def test_folder_that_refuses_a_write_is_unavailable_and_keeps_nothing(tmp_path):
    (tmp_path / "flyers").write_bytes(b"in the way")
    (tmp_path / "site" / "logo.png").mkdir(parents=True)
    storage = LocalFolder(tmp_path)

    for name in ("flyers/a.jpg", "site/logo.png"):
        with pytest.raises(StorageUnavailable) as refused:
            storage.put(name, b"pixels")
        assert str(refused.value.__cause__)

    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["flyers", "site", "logo.png"]


def test_read_only_file_system_is_unavailable():
    with pytest.raises(StorageUnavailable):
        LocalFolder("/proc/sys").put("flyers/a.jpg", b"pixels")


def test_block_of_a_file_belongs_to_a_version(object_storage):
    storage = ObjectStorage(object_storage.create_bucket(), timeout_s=60)
    storage.put("flyers/a.jpg", b"0123456789")
    file, block = storage.read_block("flyers/a.jpg", 0, 4)

    assert (file.size, block) == (10, b"0123")
    assert storage.read_block("flyers/a.jpg", 8, 4, file.etag) == (file, b"89")
    assert storage.read_block("flyers/b.jpg", 0, 4) is None
    storage.put("flyers/a.jpg", b"abcdefghij")
    with pytest.raises(StorageUnavailable):
        storage.read_block("flyers/a.jpg", 4, 4, file.etag)


def test_big_file_is_stored_whole(object_storage):
    content = os.urandom(1 << 20) * 20
    storage = ObjectStorage(object_storage.create_bucket(), timeout_s=60)

    storage.put("flyers/big.jpg", content)

    assert storage.get("flyers/big.jpg") == content


ACCESSES = {
    "put": lambda storage: storage.put("site/a.png", b"pixels"),
    "get": lambda storage: storage.get("site/a.png"),
    "head": lambda storage: storage.head("site/a.png"),
    "read_block": lambda storage: storage.read_block("site/a.png", 0, 10),
    "delete": lambda storage: storage.delete("site/a.png"),
    "list": lambda storage: list(storage.list("site")),
}


@pytest.mark.parametrize("access", ACCESSES)
def test_stopped_server_is_unavailable(monkeypatch, access):
    server = ObjectStorageServer()
    use_server(monkeypatch, server)
    storage = ObjectStorage(server.create_bucket(), timeout_s=60, pause_s=0)
    storage.put("site/a.png", b"pixels")
    server.stop()

    with pytest.raises(StorageUnavailable) as refused:
        ACCESSES[access](storage)

    assert "error sending request" in str(refused.value.__cause__)


@pytest.mark.parametrize("access", sorted(ACCESSES.keys() - {"head"}))
def test_refused_access_key_is_unavailable_and_the_reason_contains_no_credentials(object_storage, access):
    storage = ObjectStorage(object_storage.create_bucket(), timeout_s=60, pause_s=0)

    with object_storage.refused_keys(), pytest.raises(StorageUnavailable) as refused:
        ACCESSES[access](storage)

    reason = str(refused.value.__cause__)
    assert "403" in reason
    assert not any(secret in reason for secret in (ACCESS_KEY_ID, SECRET_ACCESS_KEY, "Signature", "<"))


@pytest.mark.usefixtures("object_storage")
@pytest.mark.parametrize("access", sorted(ACCESSES.keys() - {"delete"}))
def test_missing_bucket_is_unavailable_and_not_a_missing_file(access):
    storage = ObjectStorage("s3://there-is-no-such-bucket", timeout_s=60, pause_s=0)

    with pytest.raises(StorageUnavailable):
        ACCESSES[access](storage)


def test_requests_fail_at_once_for_a_moment_after_one_without_an_answer(monkeypatch):
    server = ObjectStorageServer()
    use_server(monkeypatch, server)
    storage = ObjectStorage(server.create_bucket(), timeout_s=60, pause_s=3600)
    server.stop()
    reasons = []

    for _ in range(2):
        with pytest.raises(StorageUnavailable) as refused:
            storage.head("site/a.png")
        reasons.append(str(refused.value.__cause__))

    assert "error sending request" in reasons[0]
    assert reasons[1] == "paused, because the last request was not answered"


def test_refused_request_does_not_stop_others(object_storage):
    storage = ObjectStorage(object_storage.create_bucket(), timeout_s=60, pause_s=3600)

    with object_storage.refused_keys(), pytest.raises(StorageUnavailable):
        storage.put("site/a.png", b"pixels")

    assert storage.get("site/a.png") is None


def test_server_that_does_not_answer_is_unavailable_after_the_timeout(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_endpoint(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(StorageUnavailable):
            ObjectStorage("s3://bucket", timeout_s=0.2).get("site/a.png")


def use_server(monkeypatch, server):
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)


def use_endpoint(monkeypatch, endpoint):
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
