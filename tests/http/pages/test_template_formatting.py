"""Texts in lists."""

import pytest

from joindin.http.pages.template_formatting import MAX_LINE_LENGTH, first_line

pytestmark = pytest.mark.runs_once("texts are not in the database")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        ("\n  \n", ""),
        ("\n  A day of talks.  \nAnd more.", "A day of talks."),
        ("a" * MAX_LINE_LENGTH, "a" * MAX_LINE_LENGTH),
    ],
)
def test_a_short_line_is_shown_whole(text, shown):
    assert first_line(text) == shown


@pytest.mark.parametrize("word", ["talk ", "Besprechungszimmer ", "a  ", "発表" * 200, "x" * 500])
def test_a_long_line_ends_with_a_whole_word_if_it_has_one(word):
    line = word * 100

    shown = first_line(line)

    assert shown.endswith(" …")
    assert len(shown) <= MAX_LINE_LENGTH
    words = shown.removesuffix(" …")
    assert line.startswith(words)
    assert " " not in word or line[len(words)] == " "
