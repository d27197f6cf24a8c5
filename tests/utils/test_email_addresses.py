"""Syntax of e-mail addresses, the form for the mailer, and the key that identifies an address."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from joindin.utils.email_addresses import InvalidEmail, is_email, normalize_email, to_mailbox
from joindin.utils.invisible_characters import INVISIBLE_PATTERN

LONGEST_LABEL = "b" * 63

ACCEPTED = [
    ("ada@example.org", "ada@example.org"),
    ("ada+conf@mail.example.org", "ada+conf@mail.example.org"),
    ("Ada.L@Example.ORG", "Ada.L@example.org"),
    ("o'neil%x/y=z!#$&*?^_`{|}~@example.org", "o'neil%x/y=z!#$&*?^_`{|}~@example.org"),
    ("x@straße.de", "x@xn--strae-oqa.de"),
    ("x@STRASSE.de", "x@strasse.de"),
    ("x@faß.de", "x@xn--fa-hia.de"),
    ("a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai"),
    ("a@ПРИМЕР.рф", "a@xn--e1afmkfd.xn--p1ai"),
    ("joe@exämple.net", "joe@xn--exmple-cua.net"),
    ("joe@exa\u0308mple.net", "joe@xn--exmple-cua.net"),
    ("joe@例え。テスト", "joe@xn--r8jz45g.xn--zckzah"),
    ("joe@ｅｘａｍｐｌｅ.org", "joe@example.org"),
    (f"a@{LONGEST_LABEL}.org", f"a@{LONGEST_LABEL}.org"),
    (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
    ("ada@mail.local", "ada@mail.local"),
]

REFUSED = [
    "",
    "@",
    "ada",
    "ada@",
    "@example.org",
    "ada@localhost",
    "ada@@example.org",
    "ada example.org",
    "ada @example.org",
    " ada@example.org",
    "ada@example.org ",
    "ada@exam ple.org",
    "ada@example.org\nBcc: eve@example.org",
    "ada@example.org\n",
    ".a@example.org",
    "a.@example.org",
    "a..b@example.org",
    "a@.example.org",
    "a@example..org",
    "a@example.org.",
    "a@-example.org",
    "a@example-.org",
    "a@exam_ple.org",
    "a@ab--cd.org",
    "a@xn--a.org",
    "a@xn--zzzzzzzz.org",
    f"a@b{LONGEST_LABEL}.org",
    f"a@{'ä' * 60}.org",
    f"{'a' * 65}@example.org",
    f"a@{'b.' * 100}org",
    "jörg@example.org",
    "用户@example.org",
    "a@b.invalid",
    "a@abc.onion",
    "a@127.0.0.1",
    "a@example.123",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    '"ada"@example.org',
    '"a b"@example.org',
    "Ada <ada@example.org>",
    "<ada@example.org>",
    "ada(comment)@example.org",
    "ada@example.org, eve@example.org",
    "a\\b@example.org",
    "a@exa\u0301\u0338mple.org\u200b",
    "a@\u0301example.org",
    "a@exam⒈ple.org",
    "a@1.אב.com",
    "a\u200b@example.org",
    "a@exam\u00adple.org",
    "a@exam\u200dple.org",
    "a@exam\ufe0fple.org",
    "a@exam\u3164ple.org",
    "a@\u202eelpmaxe.org",
    "\ufeffa@example.org",
    "a\x00b@example.org",
    "a\x7f@example.org",
    "a@example.org\ud800",
]

PAIRS_OF_ONE_ADDRESS = [
    ("Ada@Example.org", "ada@example.ORG"),
    ("joe@exämple.net", "joe@xn--exmple-cua.net"),
    ("joe@EXÄMPLE.net", "JOE@XN--EXMPLE-CUA.NET"),
    ("joe@exa\u0308mple.net", "joe@exämple.net"),
    ("joe@ｅｘａｍｐｌｅ。org", "joe@example.org"),
    (" joe@example.org\n", "joe@example.org"),
]

PAIRS_OF_TWO_ADDRESSES = [
    ("ada@démo.example", "ada@demo.example"),
    ("x@straße.de", "x@strasse.de"),
    ("a.b@example.org", "ab@example.org"),
    ("a+b@example.org", "a@example.org"),
    ("ada@example.org", "ada@example.com"),
    ("ada@ехаmple.org", "ada@exаmple.org"),
    ("jörg@example.org", "jorg@example.org"),
    ("ı@example.org", "i@example.org"),
    ("\u212a@example.org", "k@example.org"),
]


@pytest.mark.parametrize(("text", "mailbox"), ACCEPTED)
def test_mail_is_sent_to_the_ascii_form_of_the_domain(text, mailbox):
    assert is_email(text)
    assert to_mailbox(text) == mailbox


@pytest.mark.parametrize("text", REFUSED)
def test_an_address_that_the_mailer_cannot_reach_is_refused(text):
    assert not is_email(text)
    with pytest.raises(InvalidEmail):
        to_mailbox(text)


@pytest.mark.parametrize(("one", "other"), PAIRS_OF_ONE_ADDRESS)
def test_spellings_of_one_address_have_one_key(one, other):
    assert normalize_email(one) == normalize_email(other)


@pytest.mark.parametrize(("one", "other"), PAIRS_OF_TWO_ADDRESSES)
def test_different_addresses_have_different_keys(one, other):
    assert normalize_email(one) != normalize_email(other)


@pytest.mark.parametrize("text", REFUSED)
def test_the_key_of_other_text_is_that_text_and_never_the_key_of_an_address(text):
    key = normalize_email(text)

    assert key.casefold() == text.strip().casefold()
    assert not is_email(key) or is_email(text.strip())


@given(st.text(max_size=300) | st.emails() | st.from_regex(r"[^@]{0,20}@[^@]{0,30}\.[a-z]{2,6}", fullmatch=True))
@example("a@xn--" + "9" * 60 + ".org")
def test_every_text_is_an_address_or_refused_without_another_error(text):
    key = normalize_email(text)

    assert normalize_email(key) == key
    if is_email(text):
        mailbox = to_mailbox(text)
        assert mailbox.isascii()
        assert mailbox.isprintable()
        assert len(mailbox) <= 254
        assert not INVISIBLE_PATTERN.search(text)
        assert to_mailbox(mailbox) == mailbox
        assert key == mailbox.lower() == normalize_email(text.upper() if text.isascii() else text)


@given(
    st.emails(),
    st.integers(min_value=0, max_value=40),
    st.sampled_from("\u200b\u200e\u202e\u2066\ufeff\u00ad\u3164\x00\x1f"),
)
def test_no_address_contains_an_invisible_character(email, position, character):
    assert not is_email(email[:position] + character + email[position:])
