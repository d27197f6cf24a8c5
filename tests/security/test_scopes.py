"""Scopes of tokens: parsing and the form in which they are stored."""

import pytest

from joindin.security.scopes import ALL_SCOPES, SCOPE_DESCRIPTIONS, SCOPES, join_scopes, parse_scopes


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        (None, ()),
        ("", ()),
        ("  ", ()),
        ("ME_READ", ("ME_READ",)),
        ("ME_READ PUBLIC_READ", ("PUBLIC_READ", "ME_READ")),
        (" ME_READ\tME_READ\nPUBLIC_READ ME_READ ", ("PUBLIC_READ", "ME_READ")),
        (" ".join(reversed(SCOPES)), SCOPES),
    ],
)
def test_scopes_are_parsed_in_their_own_order_each_once(text, scopes):
    assert parse_scopes(text) == scopes


@pytest.mark.parametrize("text", ["ROOT", "me_read", "ME_READ ROOT", "ME_READ,PUBLIC_READ", "any"])
def test_an_unknown_scope_is_refused(text):
    with pytest.raises(ValueError, match=r"^There is no scope "):
        parse_scopes(text)


@pytest.mark.parametrize(
    ("scopes", "text"),
    [
        ([], ""),
        (["ME_READ", "PUBLIC_READ"], "PUBLIC_READ ME_READ"),
        (["ME_READ", "ME_READ"], "ME_READ"),
        (iter(reversed(SCOPES)), ALL_SCOPES),
    ],
)
def test_scopes_are_stored_in_their_own_order_each_once(scopes, text):
    assert join_scopes(scopes) == text


def test_every_scope_has_a_description_of_its_own():
    assert (
        *("PUBLIC_READ", "PUBLIC_WRITE", "ME_READ", "ME_WRITE", "CONFIDENTIAL_READ", "CONFIDENTIAL_WRITE"),
    ) == SCOPES
    assert len(set(SCOPE_DESCRIPTIONS.values())) == 6
