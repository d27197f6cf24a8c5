"""JSON objects in request bodies."""

import pytest

from joindin.errors import InvalidInput
from joindin.http.json_bodies import parse_json_object


@pytest.mark.parametrize("raw", [b"", b" \n", b"{}", b"[]", b" [ ] ", b"\xef\xbb\xbf", b"\xef\xbb\xbf{}"])
def test_no_body_and_an_empty_list_are_an_empty_object(raw):
    assert parse_json_object(raw) == {}


def test_an_object_is_read_after_a_byte_order_mark():
    assert parse_json_object(b'\xef\xbb\xbf{"name": "\xc3\xbc"}') == {"name": "ü"}


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"{", "line 1, column 2"),
        (b'{"a": 1,\n "b" 2}', "line 2, column 6"),
        (b'\n\n{"a": 1,}', "line 3, column 8"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": NaN}', "line 1, column 7"),
        (b"name=SampleConf", "line 1, column 1"),
        (b"{}{}", "line 1, column 3"),
        (b"\xff", "line 1, column 1"),
    ],
)
def test_an_error_is_reported_with_its_place(raw, place):
    with pytest.raises(InvalidInput) as refusal:
        parse_json_object(raw)

    assert str(refusal.value) == f"The body is not valid JSON ({place})"


@pytest.mark.parametrize("raw", [b"null", b"true", b"0", b'""', b'"text"', b"[1]", b"[[]]", b"[{}]"])
def test_other_values_are_refused(raw):
    with pytest.raises(InvalidInput, match="The body must be a JSON object"):
        parse_json_object(raw)
