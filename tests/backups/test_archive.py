"""Archives: written, verified, and refused if they are damaged or were not written by a backup."""

import io
import json
import tarfile

import pytest

from joindin.backups.archive import ArchiveWriter, copy_member, open_members, verify_archive
from joindin.backups.errors import BackupError, DamagedArchive
from joindin.backups.manifest import DATABASE_MEMBERS, FORMAT, MANIFEST_MEMBER, VERSION_MEMBER, Member, parse_manifest
from tests.backups.archives import CONTENTS, make_entry, make_manifest, write_tar, write_valid_tar

IMAGE = "media/event_icons/icon-1-orig.png"
DATABASE = DATABASE_MEMBERS["sqlite"]


def verify(content):
    return verify_archive(io.BytesIO(content))


def test_a_written_archive_is_verified_and_can_be_read():
    output = io.BytesIO()
    writer = ArchiveWriter(output)
    for name in (IMAGE, DATABASE):
        writer.add_bytes(name, CONTENTS[name])
    members = dict(writer.members)
    writer.close(parse_manifest(json.dumps(make_manifest(CONTENTS) | {"members": {
        name: {"size": member.size, "sha256": member.sha256} for name, member in members.items()
    }}).encode()))  # fmt: skip

    manifest = verify(output.getvalue())

    assert manifest.members == members
    assert list(members) == [VERSION_MEMBER, IMAGE, DATABASE]
    assert (manifest.media_names, manifest.has_key, manifest.created) == (
        ["event_icons/icon-1-orig.png"],
        False,
        "2026-11-29 02:00 UTC",
    )


def test_another_program_reads_the_archive():
    with tarfile.open(fileobj=io.BytesIO(write_valid_tar())) as tar:
        assert tar.extractfile(IMAGE).read() == CONTENTS[IMAGE]


def test_an_archive_that_ends_early_is_refused_wherever_it_ends():
    whole = write_valid_tar()
    verify(whole)
    manifest_ends = whole.index(b'"members"') + 512

    for size in range(0, manifest_ends, 256):
        with pytest.raises(DamagedArchive):
            verify(whole[:size])


def test_every_changed_content_is_noticed():
    whole = bytearray(write_valid_tar())
    for name in (IMAGE, DATABASE):
        changed = bytearray(whole)
        changed[whole.index(CONTENTS[name])] ^= 1

        with pytest.raises(DamagedArchive, match=f"{name} does not have the checksum"):
            verify(bytes(changed))


@pytest.mark.parametrize("missing", [IMAGE, DATABASE])
def test_a_missing_member_is_noticed(missing):
    present = {name: content for name, content in CONTENTS.items() if name != missing}

    with pytest.raises(DamagedArchive, match=f"{missing} does not have the checksum"):
        verify(write_valid_tar(present, make_manifest()))


@pytest.mark.parametrize(
    "entry",
    [
        make_entry("media/../../escaped", b"x"),
        make_entry("media//etc/passwd", b"x"),
        make_entry("/etc/passwd", b"x"),
        make_entry("../escaped", b"x"),
        make_entry("media/.hidden", b"x"),
        make_entry("media/.ssh/authorized_keys", b"x"),
        make_entry("media/a\\..\\b", b"x"),
        make_entry("media/", type=tarfile.DIRTYPE),
        make_entry("config.py", b"x"),
        make_entry("media/link.png", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        make_entry("media/link.png", type=tarfile.LNKTYPE, linkname="secret-key"),
        make_entry("media/device.png", type=tarfile.CHRTYPE),
        make_entry("media/pipe.png", type=tarfile.FIFOTYPE),
        make_entry("media/holes.png", type=tarfile.GNUTYPE_SPARSE),
        make_entry("media/holes.png", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.size": "1000000000000"}),
        make_entry(IMAGE, b"a second member of the same name"),
    ],
    ids=lambda entry: f"{entry[0].name}-{entry[0].type.decode()}",
)
def test_members_that_no_backup_has_are_refused(entry):
    with pytest.raises(DamagedArchive):
        verify(write_valid_tar(extra=[entry]))


def test_a_member_that_the_manifest_does_not_name_is_refused():
    with pytest.raises(DamagedArchive, match=r"media/more\.png does not have the checksum"):
        verify(write_valid_tar(extra=[make_entry("media/more.png", b"x")]))


def test_members_after_the_manifest_are_refused():
    entries = [make_entry(name, content) for name, content in CONTENTS.items()]
    manifest = make_entry(MANIFEST_MEMBER, json.dumps(make_manifest()).encode())

    with pytest.raises(DamagedArchive, match="goes on after its manifest"):
        verify(write_tar([*entries, manifest, make_entry("media/late.png", b"x")]))


def test_an_archive_of_a_newer_format_is_refused_before_it_is_read():
    newer = json.dumps({"format": FORMAT + 1, "joindin": "9.0"}).encode()

    with pytest.raises(BackupError, match=f"format {FORMAT + 1} of joindin 9.0") as refused:
        verify(write_tar([make_entry(VERSION_MEMBER, newer), make_entry("a member of that format", b"x")]))

    assert not isinstance(refused.value, DamagedArchive)


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", b"\0" * 10_240, b"\x1f\x8b" + b"x" * 1000, write_tar([make_entry("photo.png", b"x")])],
    ids=["empty", "text", "zeros", "gzip", "another archive"],
)
def test_other_files_are_refused(content):
    with pytest.raises(DamagedArchive):
        verify(content)


@pytest.mark.parametrize(
    "changes",
    [
        {"members": {}},
        {"members": []},
        {"members": {"../x": {"size": 1, "sha256": ""}}},
        {"members": {DATABASE: {"size": "1", "sha256": ""}}},
        {"members": {DATABASE: {"size": 1}}},
        {"database": "mysql"},
        {"database": ["sqlite"]},
        {"database": "postgresql"},
        {"database_size": "1"},
        {"revision": [1]},
        {"revision": None},
        {"rows": []},
        {"created_at": "yesterday"},
        {"key_check": 7},
        {"missing_images": [None]},
    ],
    ids=json.dumps,
)
def test_a_manifest_with_wrong_fields_is_refused(changes):
    with pytest.raises(DamagedArchive):
        verify(write_valid_tar(manifest=make_manifest() | changes))


@pytest.mark.parametrize("manifest", ["[" * 100_000, "[]", "{}", "1", "\0"])
def test_a_manifest_that_is_no_object_is_refused(manifest):
    entries = [make_entry(name, content) for name, content in CONTENTS.items()]

    with pytest.raises(DamagedArchive):
        verify(write_tar([*entries, make_entry(MANIFEST_MEMBER, manifest.encode())]))


def test_a_member_that_was_changed_after_the_verification_is_noticed():
    expected = Member(*make_manifest()["members"][IMAGE].values())
    changed = write_valid_tar(CONTENTS | {IMAGE: b"another!"})

    with open_members(io.BytesIO(changed)) as members:
        streams = {name: stream for name, _, stream in members}
        with pytest.raises(DamagedArchive, match="changed while it was read"):
            copy_member(streams[IMAGE], io.BytesIO(), expected)
