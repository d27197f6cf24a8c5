"""Lines of the request log, as text or JSON.

Values that a client chooses are percent-encoded or escaped, so that no request can end a line or forge a field. A line is shorter
than ``PIPE_BUF``, because every value has a maximum length. It has no client address: that is personal data, and the log of the
reverse proxy has it, together with the same request identifier.
"""

import json
from collections.abc import Callable
from json.encoder import encode_basestring_ascii
from time import gmtime, strftime, time

from joindin.http.request_log.line_writer import LineWriter
from joindin.performance.caching.request_records import RequestRecord

STANDARD_OUTPUT = 1
MAX_METHOD_LENGTH = 20
MAX_CLIENT_LENGTH = 100


class RequestLog:
    """An observer of requests that writes a line for each. ``format`` is ``text`` or ``json``."""

    def __init__(self, format: str, descriptor: int = STANDARD_OUTPUT):
        self._format_line: Callable = {"text": format_text, "json": format_json}[format]
        self._writer = LineWriter(descriptor, {"text": _lost_lines_text, "json": _lost_lines_json}[format])

    def observe(self, record: RequestRecord, method: str, status: int, seconds: float, bytes_sent: int) -> None:
        self._writer.write(self._format_line(time(), record, method, status, seconds, bytes_sent))

    def close(self) -> None:
        """Write the lines that wait."""
        self._writer.close()


def format_json(now: float, record: RequestRecord, method: str, status: int, seconds: float, bytes_sent: int) -> str:
    """Return the line of a request as a JSON object. ``now`` is in seconds since 1970."""
    label = record.label
    return (
        f'{{"time":"{format_time(now)}","level":"{level_of(status)}","request_id":"{record.request_id}"'
        f',"method":{_quote(method[:MAX_METHOD_LENGTH])},"surface":"{label.surface}","route":{_quote(label.route)}'
        f',"path":{_quote(label.path)},"status":{status},"ms":{seconds * 1000:.3f},"bytes":{bytes_sent}'
        f',"cache":{_quote(record.cache_state)},"user":{"null" if label.user_id is None else label.user_id}'
        f',"client":{_quote(label.client and label.client[:MAX_CLIENT_LENGTH])}}}\n'
    )


def format_text(now: float, record: RequestRecord, method: str, status: int, seconds: float, bytes_sent: int) -> str:
    """Return the line of a request as text: time, level, identifier, method and path, and ``name=value`` for the rest."""
    label = record.label
    return (
        f"{format_time(now)} {level_of(status)} {record.request_id} {_plain(method[:MAX_METHOD_LENGTH])} {label.path}"
        f" status={status} ms={seconds * 1000:.3f} bytes={bytes_sent} cache={record.cache_state or '-'}"
        f" surface={label.surface} route={label.route or '-'} user={label.user_id or '-'}"
        f" client={_plain((label.client or '-')[:MAX_CLIENT_LENGTH])}\n"
    )


def format_time(now: float) -> str:
    """Return an ISO date and time in UTC with milliseconds."""
    seconds = int(now)
    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{int((now - seconds) * 1000):03d}Z"


def level_of(status: int) -> str:
    """Return the level of a response: an outage is a warning, because it does not need a change of the program."""
    if status < 500:
        return "info"
    return "warning" if status == 503 else "error"


def _quote(value):
    return "null" if value is None else encode_basestring_ascii(value)


def _plain(value):
    """Return the value without characters that end a field."""
    if value.isascii() and value.isprintable() and " " not in value:
        return value
    return encode_basestring_ascii(value).replace(" ", "\\u0020")


def _lost_lines_text(count):
    return f"{format_time(time())} warning - {count} lines of the request log were dropped, because they were not read in time"


def _lost_lines_json(count):
    message = f"{count} lines of the request log were dropped, because they were not read in time"
    return json.dumps({"time": format_time(time()), "level": "warning", "message": message, "dropped": count})
