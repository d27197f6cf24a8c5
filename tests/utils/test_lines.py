"""One-line texts: names, titles and tags without line breaks and invisible characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.utils.invisible_characters import has_invisible_characters, remove_invisible_characters
from joindin.utils.text import fold_case, fold_case_accents, to_plain_line, to_single_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Conf  2027 ", "Conf  2027"),
        ("one\ntwo", "one two"),
        ("one\r\n\ttwo", "one two"),
        ("one\u2028two\u2029three\x85four\x0bfive", "one two three four five"),
        ("a\u200bb\u00adc\ufeffd\u2060e", "abcde"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("x\ufe0f\ufe00", "x"),
        ("Cafe\u0301", "Café"),
        ("<b>Bold</b>", "Bold"),
        ("<\u200bscript>alert(1)</script>", "alert(1)"),
        ("a\x00b\ud800c", "abc"),
        (".", ""),
        (" .. ", ""),
        (".\u200b", ""),
        ("...", "..."),
        ("\u0301", ""),
        ("\u200b\u3164\u2800\u115f", ""),
        ("\u00a0\u3000", ""),
        ("パパ", "パパ"),
    ],
)
def test_a_line_has_no_breaks_and_nothing_invisible(text, line):
    assert to_plain_line(text) == line


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧 family", "1️⃣ first", "❤️ it", "👩🏽‍💻", "🏳️‍🌈", "می‌خواهم", "क्‍ष", "C# & C++", "❤️"]
)
def test_joiners_and_selectors_that_are_part_of_the_spelling_stay(text):
    assert to_plain_line(text) == text


@pytest.mark.parametrize("text", ["a\u200db", "a\u200cb", "\u200d👨", "👨\u200d", "1\ufe0f", "م\u200c", "क\u200dष"])
def test_joiners_elsewhere_go(text):
    assert not has_invisible_characters(to_plain_line(text))


@given(st.text(max_size=60))
def test_every_text_becomes_one_visible_line(text):
    line = to_plain_line(text)

    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert to_single_line(line) == line
    assert remove_invisible_characters(line) == line
    assert line == "" or fold_case_accents(line)


@pytest.mark.parametrize(
    ("one", "other"),
    [("PHP", "php"), ("Café", "CAFE"), ("Zürich", "zurich"), ("Ёлка", "елка"), ("ΆΛΦΑ", "αλφα"), ("ﾊﾟﾊﾟ", "パパ"),
     ("𝐀da", "ada"), ("ＰＨＰ", "php"), ("ga\u0308ste", "gäste"), ("a\u00adb", "ab"), ("a\nb", "a b"), ("İ", "i")],
)  # fmt: skip
def test_a_search_ignores_case_and_accents(one, other):
    assert fold_case_accents(one) == fold_case_accents(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("パパ", "ハハ"), ("ガ", "カ"), ("йод", "иод"), ("ў", "у"), ("שָׁלוֹם", "שלום"), ("กิน", "กน"), ("นํ้า", "นา"),
     ("कि", "क"), ("مُحَمَّد", "محمد"), ("간", "가"), ("한국", "하구"), ("ø", "o"), ("ł", "l")],
)  # fmt: skip
def test_marks_that_make_other_letters_or_vowels_stay(one, other):
    assert fold_case_accents(one) != fold_case_accents(other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_and_visible_text_stays(text):
    folded = fold_case_accents(text)

    assert fold_case_accents(folded) == folded
    assert not has_invisible_characters(fold_case(text)) or to_single_line(fold_case(text)) == fold_case(text)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann  Ash", "ann ash"), ("Jose\u0301", "JOSÉ"), (" x\u200b", "X"), ("ß", "SS")]
)
def test_a_name_is_recognised_in_another_case_and_form(one, other):
    assert fold_case(one) == fold_case(other)


@pytest.mark.parametrize(("one", "other"), [("año", "ano"), ("パパ", "ハハ"), ("Jose", "José")])
def test_a_name_with_other_accents_is_another_one(one, other):
    assert fold_case(one) != fold_case(other)


def test_a_letter_keeps_a_limited_number_of_marks():
    """Normalising half a million marks of one letter took minutes."""
    assert to_plain_line("a" + "\u0316\u0301" * 260_000) == to_plain_line("a" + "\u0316\u0301" * 15)
