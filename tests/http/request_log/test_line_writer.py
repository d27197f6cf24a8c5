"""The writer of log lines, on real pipes and files, with several processes and readers that stop reading."""

import errno
import json
import os
import subprocess
import sys
import threading

import pytest

from joindin.http.request_log import line_writer
from joindin.http.request_log.line_writer import MAX_WAITING_LINES, LineWriter
from tests.services import TIMEOUT_S

pytestmark = pytest.mark.runs_once("no database is used")

PROGRAM = """
import multiprocessing, sys
from joindin.http.request_log.line_writer import LineWriter

writer = LineWriter(1, str)

def write_all(number):
    for line in range(2000):
        writer.write('{"process": %d, "line": %d, "filling": "%s"}\\n' % (number, line, "x" * (line % 300)))

children = [multiprocessing.get_context("fork").Process(target=write_all, args=[number]) for number in range(4)]
for child in children:
    child.start()
for child in children:
    child.join()
"""


@pytest.fixture
def pipe():
    """Both ends of a pipe, the reading one as a file."""
    reader, writer = os.pipe()
    with open(reader, "rb") as opened:
        yield opened, writer


def wait_until_ended(writer):
    writer.close()
    writer._thread.join(TIMEOUT_S)
    assert not writer._thread.is_alive()


@pytest.mark.parametrize("is_file", [False, True])
def test_lines_of_several_processes_are_whole_and_complete_at_their_end(tmp_path, is_file):
    with open(tmp_path / "log", "wb") as file:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], stdout=file if is_file else subprocess.PIPE, check=True, timeout=TIMEOUT_S
        )
    written = (tmp_path / "log").read_bytes() if is_file else done.stdout

    lines = [json.loads(line) for line in written.splitlines()]

    assert {(each["process"], each["line"]) for each in lines} == {(n, line) for n in range(4) for line in range(2000)}
    assert len(lines) == 8000


def test_a_reader_that_stops_blocks_no_thread_and_learns_how_many_lines_are_missing(pipe):
    reader, descriptor = pipe
    writer = LineWriter(descriptor, lambda count: f"missing {count}")
    number = 3 * MAX_WAITING_LINES

    for each in range(number):
        writer.write(f"line {each} {'x' * 100}\n")

    # Only now does anyone read.
    lines = []
    reading = threading.Thread(target=lambda: lines.extend(reader))
    reading.start()
    wait_until_ended(writer)
    os.close(descriptor)
    reading.join(TIMEOUT_S)
    missing = [int(line.split()[1]) for line in lines if line.startswith(b"missing")]
    assert sum(missing) > 0
    assert len(lines) - len(missing) + sum(missing) == number


def test_a_closed_pipe_ends_the_log_with_one_warning(pipe, caplog):
    reader, descriptor = pipe
    writer = LineWriter(descriptor, str)
    reader.close()

    for _ in range(3):
        writer.write("line\n")
    writer._thread.join(TIMEOUT_S)
    writer.write("later\n")

    assert not writer._thread.is_alive()
    assert [each.getMessage() for each in caplog.records] == ["The request log cannot be written: Broken pipe"]
    os.close(descriptor)


def test_a_descriptor_that_does_not_wait_gets_every_line(pipe):
    reader, descriptor = pipe
    os.set_blocking(descriptor, False)
    writer = LineWriter(descriptor, str)

    for each in range(5000):
        writer.write(f"{each} {'x' * 100}\n")
    lines = []
    reading = threading.Thread(target=lambda: lines.extend(reader))
    reading.start()
    wait_until_ended(writer)
    os.close(descriptor)
    reading.join(TIMEOUT_S)

    assert [int(line.split()[0]) for line in lines] == list(range(5000))


def test_a_full_disk_drops_lines_and_the_next_starts_on_a_line_of_its_own(tmp_path, monkeypatch, caplog):
    """A disk that is full after three bytes of a block, once."""
    descriptor = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    write, steps = os.write, ["part", "full"]

    def fail_once(target, data):
        if target != descriptor or not steps:
            return write(target, data)
        if steps.pop(0) == "part":
            return write(target, data[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(line_writer.os, "write", fail_once)
    writer = LineWriter(descriptor, str)
    writer._write_block(["first line\n"])
    writer._write_block(["second line\n"])
    os.close(descriptor)

    assert (tmp_path / "log").read_bytes() == b"fir\nsecond line\n"
    assert [each.getMessage() for each in caplog.records] == [
        "The request log cannot be written: No space left on device"
    ]
