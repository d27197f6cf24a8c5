"""Usernames: what they may contain, and which of them look the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.utils.invisible_characters import has_invisible_characters
from joindin.utils.text import fold_case_accents
from joindin.utils.usernames import (
    MSG_FORBIDDEN_CHARACTERS,
    MSG_NO_NAME,
    MSG_RESERVED_SIGNS,
    MSG_SEVERAL_ALPHABETS,
    MSG_TOO_LONG,
    InvalidUsername,
    lookalike_key,
    prepare_username,
    suggest_username,
)


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ("ada", "ada"),
        ("Ada_Lovelace-1815", "Ada_Lovelace-1815"),
        ("Ada  Lovelace ", "Ada Lovelace"),
        ("ａｄａ", "ada"),
        ("Ju\u0308rgen", "Jürgen"),
        ("パパ", "パパ"),
        ("用户1", "用户1"),
        ("АДА", "АДА"),
        ("שלום", "שלום"),
        ("...", "..."),
    ],
)
def test_a_username_is_stored_in_one_form(text, username):
    assert prepare_username(text) == username


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", MSG_NO_NAME),
        (" ", MSG_NO_NAME),
        (".", MSG_NO_NAME),
        ("..", MSG_NO_NAME),
        ("．．", MSG_NO_NAME),
        ("\u0301", MSG_NO_NAME),
        ("ada@example.org", MSG_RESERVED_SIGNS),
        ("ａ＠ｂ", MSG_RESERVED_SIGNS),
        ("a/b", MSG_RESERVED_SIGNS),
        ("a\u200bda", MSG_FORBIDDEN_CHARACTERS),
        ("ada\u200d", MSG_FORBIDDEN_CHARACTERS),
        ("\u202eada", MSG_FORBIDDEN_CHARACTERS),
        ("\u2066ada\u2069", MSG_FORBIDDEN_CHARACTERS),
        ("a\u00adda", MSG_FORBIDDEN_CHARACTERS),
        ("ada\u3164", MSG_FORBIDDEN_CHARACTERS),
        ("ada\ufe0f", MSG_FORBIDDEN_CHARACTERS),
        ("ada\U000e0041", MSG_FORBIDDEN_CHARACTERS),
        ("ada\nb", MSG_FORBIDDEN_CHARACTERS),
        ("ada\u2028b", MSG_FORBIDDEN_CHARACTERS),
        ("ada\tb", MSG_FORBIDDEN_CHARACTERS),
        ("ada\u00a0b", MSG_FORBIDDEN_CHARACTERS),
        ("ﬁ", MSG_FORBIDDEN_CHARACTERS),
        ("\ud800", MSG_FORBIDDEN_CHARACTERS),
        ("аdmin", MSG_SEVERAL_ALPHABETS),
        ("adμin", MSG_SEVERAL_ALPHABETS),
        ("x" * 101, MSG_TOO_LONG),
        ("\u0958" * 60, MSG_TOO_LONG),
    ],
)
def test_a_username_that_would_deceive_is_refused(text, message):
    with pytest.raises(InvalidUsername) as refused:
        prepare_username(text)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("coco", "сосо"),
        ("COCO", "СОСО"),
        ("Coca", "Соса"),
        ("nova", "ΝΟVA"),
        ("paypal", "paypa1"),
        ("paypal", "PAYPAI"),
        ("bob", "b0b"),
        ("modern", "modem"),
        ("ada", "ａｄａ"),
        ("Jürgen", "ju\u0308rgen"),
        ("josé", "JOSE"),
        ("ada", "a\u200bda"),
        ("adi", "adı"),
        ("oho", "օհօ"),
    ],
)
def test_names_that_look_the_same_have_one_key(one, other):
    assert lookalike_key(one) == lookalike_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("パパ", "ハハ"), ("ada", "ida"), ("иод", "йод"), ("ада", "ada"), ("a b", "ab")]
)
def test_names_that_look_different_have_different_keys(one, other):
    assert lookalike_key(one) != lookalike_key(other)


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("ada/🎉 \u200bb", "ada b"),
        ("ﬁona", "fiona"),
        ("🎉", None),
        ("..", None),
        ("", None),
    ],
)
def test_a_username_is_suggested_from_what_is_allowed(text, username):
    assert suggest_username(text) == username


@given(st.text(max_size=120))
def test_every_text_becomes_a_valid_username_or_none(text):
    for prepare in (suggest_username, prepare_username):
        try:
            username = prepare(text)
        except InvalidUsername:
            continue
        if username is not None:
            assert prepare_username(username) == username
            assert 0 < len(username) <= 100
            assert not has_invisible_characters(username)
            assert username.splitlines() == [username]
            assert fold_case_accents(username)


@given(
    st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=3),
    st.integers(0, 5),
)
def test_no_invisible_character_is_part_of_a_username(characters, position):
    with pytest.raises(InvalidUsername):
        prepare_username("adam"[:position] + characters + "adam"[position:])
