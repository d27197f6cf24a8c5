"""HTML of event descriptions (Gancio contract, sections 7 and 23)."""

import re
import time

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.errors import InvalidInput
from joindin.utils.html import ALLOWED_TAGS, html_to_text, sanitize_html, text_to_html

VECTOR = (
    '<p wrong-attr="" onclick="alert(\'test\');">inside paragraph</p>'
    '<a href="https://test.com/?query=true&fbclid=facebook_id">link with fb reference</a>'
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            VECTOR,
            '<p>inside paragraph</p><a href="https://test.com/?query=true">link with fb reference</a>',
        ),
        ("a<script>alert(1)</script>b<style>p{}</style>c<iframe src='x'>d</iframe>e", "abce"),
        ("<svg><script>a</script>x</svg>y<math>z</math><!-- c -->", "y"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="JaVaScRiPt&#58;alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        (
            '<a href="mailto:a@b.example">x</a><a href="/r">y</a>',
            '<a href="mailto:a@b.example">x</a><a href="/r">y</a>',
        ),
        ('<a href="/" title="t" rel="x" class="c" style="s" id="i">x</a>', '<a href="/">x</a>'),
        ('<div class="x"><table><tr><td>cell</td></tr></table><img src="x" onerror="y"></div>', "cell"),
        ("5 < 6 & 7 > 3 \"q\" 'a'", "5 &lt; 6 &amp; 7 &gt; 3 \"q\" 'a'"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<<b>script>alert(1)</script>", "&lt;<b>script&gt;alert(1)</b>"),
        ("a\x00b\ud800c", "abc"),
        ("a&nbsp;b &eacute;", "a&nbsp;b é"),
        ("<p>a</p>\n<p>b</p>\n", "<p>a</p>\n<p>b</p>\n"),
        ("", ""),
    ],
)
def test_only_the_allowed_html_stays(text, expected):
    assert sanitize_html(text) == expected


@pytest.mark.parametrize("tag", sorted(ALLOWED_TAGS - {"br", "li", "ol", "ul"}))
def test_allowed_elements_stay(tag):
    assert sanitize_html(f"<{tag}>x</{tag}>") == f"<{tag}>x</{tag}>"


def link(address, shown=None):
    return f'<a target="_blank" href="{address}">{shown or address}</a>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "see https://example.org/a?b=c and www.example.com today",
            f"see {link('https://example.org/a?b=c')} and {link('http://www.example.com', 'www.example.com')} today",
        ),
        ("https://a.example/?b=c&d=e", link("https://a.example/?b=c&amp;d=e")),
        ("https://a.example/?fbclid=1&b=c.", f"{link('https://a.example/?b=c')}."),
        ("https://a.example/?fbclid=1&fbclid=2#x", link("https://a.example/#x")),
        ("(see https://a.example/A_(b))", f"(see {link('https://a.example/A_(b)')})"),
        ("<b>https://a.example</b>,", f"<b>{link('https://a.example')}</b>,"),
        ("https://a.example/&lt;img src=x&gt;", f"{link('https://a.example/')}&lt;img src=x&gt;"),
        ('www.x.example"onclick=f()', f'{link("http://www.x.example", "www.x.example")}"onclick=f()'),
        ('<a href="/r">https://a.example/?fbclid=1</a>', '<a href="/r">https://a.example/</a>'),
        ("write to me@example.org or me@www.example.org", "write to me@example.org or me@www.example.org"),
        ("https:// www. http://.", "https:// www. http://."),
        ("ftp://a.example javascript:alert(1)", "ftp://a.example javascript:alert(1)"),
    ],
)
def test_bare_addresses_become_links(text, expected):
    assert sanitize_html(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VECTOR, "inside paragraph\n\nlink with fb reference [https://test.com/?query=true]"),
        ("<p>Hello <b>you</b></p>", "Hello you"),
        ("<p>a</p>\n<p>b\nc<br>d</p>e", "a\n\nb c\nd\n\ne"),
        ("<h1>T</h1><ul><li>a<ul><li>b</li></ul></li></ul><ol><li>x<li>y</ol>", "T\n\n- a\n- b\n\n1. x\n2. y"),
        ("www.a.example <a href='mailto:a@b.example'>a@b.example</a>", "www.a.example a@b.example"),
        ("<a href='https://a.example'></a>", "[https://a.example]"),
        ("5 &lt; 6 &amp;amp;", "5 < 6 &amp;"),
    ],
)
def test_html_is_shown_as_plain_text(text, expected):
    assert html_to_text(sanitize_html(text)) == expected


def test_plain_text_becomes_html():
    assert text_to_html("Hello\r\nworld https://a.example.\r\n\r\n\r\n<b> & x\n") == (
        f"<p>Hello<br>world {link('https://a.example')}.</p><p>&lt;b&gt; &amp; x</p>"
    )
    assert text_to_html(" \n ") == ""


HTML_PARTS = st.sampled_from([
    *(f"<{tag}>" for tag in (*sorted(ALLOWED_TAGS), "script", "style", "svg", "table", "td", "title", "xmp", "x")),
    *(f"</{tag}>" for tag in ("a", "b", "p", "script", "svg", "ul", "title")),
    "<a href='", "'>", '<a href="javascript:x" ', "<!--", "-->", "<", ">", "&", "&lt;", "&amp;", "&nbsp;", "&#x3c;",
    "https://", "www.", "a.example/", "?fbclid=1", "&fbclid=2", " ", "\n", '"', "'", "(", ")", "é", "\ud800", "\x00",
])  # fmt: skip


@given(st.lists(HTML_PARTS | st.text(max_size=3), max_size=30).map("".join))
def test_every_text_becomes_clean_html(text):
    clean = sanitize_html(text)

    assert set(re.findall(r"</?([a-z0-9]+)", clean)) <= ALLOWED_TAGS
    assert nh3.clean(clean, tags=ALLOWED_TAGS, attributes={"a": {"href", "target"}}, link_rel=None) == clean
    assert sanitize_html(clean) == clean
    html_to_text(clean)
    assert sanitize_html(text_to_html(text)) == text_to_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<ul><li>" * 1_200,
        "<a>" * 2_490,
        "<" * 1_000_000,
        "www." * 250_000,
        "https://a.example/" + "a" * 900_000,
        ("<a " + " ".join(f"a{number}" for number in range(1_500)) + ">") * 110,
        "(" * 400_000 + "http://a" + ")" * 400_000,
        "?fbclid=a" * 100_000,
    ],
)
def test_hostile_html_takes_little_time(text):
    begun = time.thread_time()

    html_to_text(sanitize_html(text))

    # About 0.1 to 1 s; without limits some of them take minutes.
    assert time.thread_time() - begun < 5


@pytest.mark.parametrize("text", ["<ul><li>" * 3_000, "<a " + " x" * 10_000 + ">", "<b>" * 4_000, "www.a " * 3_000])
def test_too_many_or_too_long_tags_are_refused(text):
    with pytest.raises(InvalidInput):
        sanitize_html(text)


@pytest.mark.parametrize("length", [4_900, 4_990, 5_000, 9_000])
@pytest.mark.parametrize("character", ["a", "&", "\xa0", '"'])
def test_long_addresses_are_links_or_not_and_stay_so(length, character):
    address = "https://a.example/" + character * length
    for text in (f"see {address}", f"<a href='{address}'>x</a>"):
        clean = sanitize_html(text)
        assert sanitize_html(clean) == clean
