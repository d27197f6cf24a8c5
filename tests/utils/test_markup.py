"""Removal of HTML elements from plain texts; what only looks like one stays (spec 2.15)."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joindin.utils.markup import ELEMENTS, VARIABLE_NAMES, remove_markup


@pytest.mark.parametrize(
    "text",
    [
        *("List<String>", "map<K, V>", "if (a<b && c>d)", "a<b and c>d", "a<i && i>b", "vector<int> v; std::map<K,V>"),
        *(
            "List<Map<String, Object>>",
            "List<Object> o",
            "Vec<u8>",
            "<T extends Foo>",
            "</String>",
            "x < y > z",
            "I <3 this",
        ),
        *("for (i=0;i<p;i++) if (x>1)", "x<?y:z>", "a<!b && c>d", "<<EOF > file", "a <- b; b -> a", "<my-part x=1>"),
        *("if (a<b && List<String>)", "x <a and y = 3", "x <c", "if a <b: data"),
        *("if a <b or data = 5 we stop. More", "x <y and style = 3, rest", "List<Video>", "Array<Form>", "Set<Font>"),
        *("List<Input>", "Promise<Menu>", "List<Body>", "Foo<Section>"),
    ],
)
def test_what_is_no_html_element_stays(text):
    assert remove_markup(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("<b>x</b> <i class='y'>z</i>", "x z"),
        ("<h1>t</h1><br/>u<br />", "tu"),
        ("<p hidden>x</p>", "x"),
        ("<SCRIPT>f()</SCRIPT >", "f()"),
        ("<script foo>f()</script bar>", "f()"),
        ("<a\nhref=x>y</a>", "y"),
        ("<img src=x onerror=f()>", ""),
        ("<img/src=x/onerror=f()>", ""),
        ("<svg/onload=f()>", ""),
        ("<b onclick=f()>y</b>", "y"),
        ("<foo onfocus=f() autofocus>z", "z"),
        ("<img src=x onerror=f() <foo>", ""),
        ("<b x <foo y=1>", ""),
        ("<foo onfocus=f() <bar>", ""),
        ("<scr<script>ipt>f()</scr</script>ipt>", "f()"),
        ("List<b>", "List"),
        ("x <img src=y onerror=f()//", "x "),
        ("x <a title=z href='javascript:f()' ", "x "),
        ("x <foo/onfocus=f() <b", "x "),
        ("x <b style=position:fixed ", "x "),
        ("x <y style = 'top:0' ", "x "),
        ("x <object data = y ", "x "),
        ("x<Script>f()</Script>", "xf()"),
        ("x<Title>y <Video>", "xy "),
        ("x<Video src=y onerror=f()>", "x"),
        ("x<img onerror=f() x<Form>", "x"),
        ("a<!-- <b>c</b> -->d", "ad"),
        ("<!doctype html><![CDATA[x]]><?php y ?>z", "z"),
    ],
)
def test_html_elements_are_removed(text, cleaned):
    assert remove_markup(text) == cleaned


@pytest.mark.parametrize(
    "part", ["<!--", "<a", "<a>", "<!", "< >", "<<a>", "-->", "<foo ", "<b x ", "<b x=", "<foo src=x ", "<foo/"]
)
def test_cleaning_takes_linear_time(part):
    started_at = time.process_time()

    remove_markup(part * 100_000 + ">" * 100_000)

    assert time.process_time() - started_at < 5


class ElementFinder(HTMLParser):
    """Collects what a browser would take for an element that does something."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        is_element = tag in ELEMENTS - VARIABLE_NAMES
        if is_element or any(name.startswith("on") and value is not None for name, value in attrs):
            self.found.append((tag, attrs))


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "/",
        "b",
        "script",
        "img",
        "a",
        "=",
        "src",
        "onclick",
        "x",
        "!--",
        "--",
        '"',
        "'",
        "foo",
        "List<String>",
        "&&",
        "!",
        "?php",
        "<b>",
        "</b>",
        "href=x",
        "svg",
        "object",
    ]
)


@given(st.lists(st.one_of(PIECES, st.sampled_from([" ", "\n"])), max_size=14).map("".join))
@settings(max_examples=500)
def test_no_element_remains_in_any_text(text):
    cleaned = remove_markup(text)

    finder = ElementFinder()
    finder.feed(cleaned)
    finder.close()
    assert finder.found == []
    assert remove_markup(cleaned) == cleaned
