"""Lines of the request log: every request has exactly one, with the fields that it should have."""

import json
import select

import pytest

from joindin.http.request_log.lines import format_json, format_text, format_time
from joindin.performance.caching.request_records import RequestLabel, RequestRecord

pytestmark = pytest.mark.runs_once("no database is used")

NOW = 1_795_910_400.1239
HOSTILE = 'x\n{"level":"error"}\r\x1b[31m "\\\u2028é'


def make_record(request_id="0123456789abcdef", cache_state=None, **label):
    record = RequestRecord(request_id, 0.0)
    record.label = RequestLabel(**{"surface": "web", "route": "/event/<slug>", "path": "/event/a%20b"} | label)
    record.cache_state = cache_state
    return record


def test_a_line_of_json_has_all_fields():
    record = make_record(cache_state="hit", user_id=7, client="app")

    line = format_json(NOW, record, "GET", 200, 0.0123456, 1000)

    assert line.endswith("}\n")
    assert json.loads(line) == {
        "time": "2026-11-29T00:00:00.123Z",
        "level": "info",
        "request_id": "0123456789abcdef",
        "method": "GET",
        "surface": "web",
        "route": "/event/<slug>",
        "path": "/event/a%20b",
        "status": 200,
        "ms": 12.346,
        "bytes": 1000,
        "cache": "hit",
        "user": 7,
        "client": "app",
    }


def test_a_line_of_text_has_all_fields():
    assert format_text(NOW, make_record(), "GET", 503, 0.0123456, 1000) == (
        "2026-11-29T00:00:00.123Z warning 0123456789abcdef GET /event/a%20b status=503 ms=12.346 bytes=1000 cache=-"
        " surface=web route=/event/<slug> user=- client=-\n"
    )


@pytest.mark.parametrize("format_line", [format_json, format_text])
def test_values_of_clients_neither_end_a_line_nor_forge_a_field(format_line):
    line = format_line(NOW, make_record(client=HOSTILE), HOSTILE, 200, 0.001, 0)

    assert line.isascii()
    assert line.count("\n") == 1
    assert line[:-1].isprintable()
    assert len(line.split(" ")) == (2 if format_line is format_json else 13)


@pytest.mark.parametrize("format_line", [format_json, format_text])
def test_the_longest_line_is_written_in_one_piece(format_line):
    record = make_record("x" * 64, path="/" + "x" * 499, route="/" + "x" * 200, client="\u2028" * 1000, user_id=1 << 62)

    assert len(format_line(NOW, record, "\u2028" * 1000, 200, 10.0**6, 1 << 62)) < select.PIPE_BUF


@pytest.mark.parametrize(("status", "level"), [(200, "info"), (404, "info"), (500, "error"), (503, "warning")])
def test_the_level_follows_from_the_status(status, level):
    assert json.loads(format_json(NOW, make_record(), "GET", status, 0.001, 0))["level"] == level


def test_times_have_milliseconds():
    assert [format_time(each) for each in (0.0, 0.9999, 1e9)] == [
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T00:00:00.999Z",
        "2001-09-09T01:46:40.000Z",
    ]
