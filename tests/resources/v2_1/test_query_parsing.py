"""Query strings as PHP reads them, in linear time and up to a number of parameters."""

import time

import pytest

from joindin.resources.v2_1.request_params import MAX_PARAMETERS, parse_query

pytestmark = pytest.mark.runs_once("query strings do not depend on the database")


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (b"a=1&b=2&a=3", {"a": "3", "b": "2"}),
        (b"a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}),
        (b"a[5]=x&a[]=y&a[2]=z&a[]=w", {"a": {"5": "x", "6": "y", "2": "z", "7": "w"}}),
        (b"a[x]=1&a[]=2", {"a": {"x": "1", "0": "2"}}),
        (b"a[]=1&a=2&a[]=3", {"a": {"0": "3"}}),
        (b"a[]=1&b[]=2&a[]=3&b[9]=4&b[]=5", {"a": {"0": "1", "1": "3"}, "b": {"0": "2", "9": "4", "10": "5"}}),
        (b"a[0]=1&a[0]=2&a[]=3", {"a": {"0": "2", "1": "3"}}),
        (b"a[-1]=1&a[]=2", {"a": {"-1": "1", "0": "2"}}),
        (b"a[9999999999999999999999]=1&a[]=2", {"a": {"9999999999999999999999": "1", "0": "2"}}),
        (b"a[1]junk=1&a[=2&]=3&=4&&", {"a": {"1": "1"}, "a[": "2", "]": "3"}),
        (b"a%5B%5D=1&a+b=%C3%A9", {"a": {"0": "1"}, "a b": "é"}),
    ],
)
def test_parameters_are_read_as_php_does(query, values):
    assert parse_query(query) == values


def test_parameters_above_the_limit_are_ignored():
    assert len(parse_query(b"&".join(b"a%d=1" % number for number in range(2 * MAX_PARAMETERS)))) == MAX_PARAMETERS


@pytest.mark.parametrize("pair", [b"a[]=1", b"a[%d]=1", b"a%d[]=1", b"a[x%d]=1", b"a=%d"])
def test_the_time_is_linear_in_the_length(pair):
    parts = [pair % number if b"%d" in pair else pair for number in range(MAX_PARAMETERS)]

    def duration(count):
        query = b"&".join(parts[:count])
        return min(timed(query) for _ in range(5))

    assert duration(1000) < 30 * duration(100) + 0.001


def timed(query):
    started_at = time.process_time()
    parse_query(query)
    return time.process_time() - started_at


def test_a_thousand_list_items_take_milliseconds():
    assert min(timed(b"&".join([b"a[]=1"] * 999)) for _ in range(5)) < 0.02
