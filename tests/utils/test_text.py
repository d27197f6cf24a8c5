"""Cleaning of user input, normalised names, slugs, and checks of URLs (spec 2.15, 4.12)."""

import pytest

from joindin.utils.text import (
    complete_web_url,
    fold_case,
    fold_case_accents,
    gravatar_hash,
    is_web_url,
    slugify,
    to_plain_text,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Conf  ", "Conf"),
        ("<b>Bold</b> & <i class='x'>\"quoted\"</i>", 'Bold & "quoted"'),
        ("x < y and y > z, I <3 this", "x < y and y > z, I <3 this"),
        ("&lt;b&gt; stays an entity", "&lt;b&gt; stays an entity"),
        ("<scr<script>ipt>alert(1)</script>", "alert(1)"),
        ("a<!-- <b>secret</b> -->b", "ab"),
        ("<!-- never closed <b>bold</b>", "<!-- never closed bold"),
        ("<<b>script>alert(1)<</b>/script>", "alert(1)"),
        ("<?php echo 1 ?><!DOCTYPE html>text", "text"),
        ("a > b <c", "a > b <c"),
        ("line\nbreak\tand tab", "line\nbreak\tand tab"),
        ("nul\x00 bell\x07 half\ud800", "nul bell half"),
        ("Ünïcödé 日本 🎉", "Ünïcödé 日本 🎉"),
    ],
)
def test_plain_text_has_no_tags_and_control_characters(text, cleaned):
    assert to_plain_text(text) == cleaned


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PHP", "php"),
        ("Café", "CAFE"),
        (" trimmed ", "trimmed"),
        ("Straße", "STRASSE"),
        ("ﬃ", "ffi"),
        ("Z\u030c", "Ž"),
    ],
)
def test_names_are_equal_without_case_and_accents(one, other):
    assert fold_case_accents(one) == fold_case_accents(other)


def test_different_names_stay_different():
    assert len({fold_case_accents(name) for name in ("php", "phq", "php 8", "日本", "日木")}) == 5


@pytest.mark.parametrize(("length", "room"), [(30, 200), (100, 200), (200, 400)])
def test_folded_name_fits_its_column(length, room):
    assert 0 < len(fold_case_accents("ﷺ" * length)) <= room
    assert 0 < len(fold_case("ﬃ" * length)) <= room


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("SampleConf 2026", "sampleconf-2026"),
        ("A  B", "a--b"),
        ("Ünïcödé & Co.", "unicode--co"),
        ("Kyïv", "kyiv"),
        ("already-hyphened", "already-hyphened"),
        ("日本", "ri-ben"),
        ("🎉!?", ""),
    ],
)
def test_slug_follows_the_contract(name, link):
    assert slugify(name) == link


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("https://conf.example", True),
        ("http://conf.example:8080/a?b=c#d", True),
        ("http://[::1]/", True),
        ("ftp://conf.example", False),
        ("javascript:alert(1)", False),
        ("//conf.example", False),
        ("conf.example", False),
        ("https://", False),
        ("http://[broken", False),
        ("https://conf.example/a b", False),
        ("", False),
    ],
)
def test_only_absolute_web_urls_are_accepted(text, answer):
    assert is_web_url(text) is answer


def test_gravatar_hash_ignores_case_and_accepts_none():
    assert gravatar_hash(" Ada@Example.org ") == gravatar_hash("ada@example.org")
    assert gravatar_hash(None) == gravatar_hash("") == "d41d8cd98f00b204e9800998ecf8427e"


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("conf.example", "https://conf.example"),
        ("conf.example/2027?a=b#c", "https://conf.example/2027?a=b#c"),
        ("www.münchen.example:8080/x", "https://www.münchen.example:8080/x"),
        ("//conf.example/x", "https://conf.example/x"),
        *(
            (text, text)
            for text in ("http://conf.example", "ftp://conf.example", "javascript:alert(1)", "mailto:a@b.example")
        ),
        *(
            (text, text)
            for text in ("not a url", "localhost", "conf.example/a b", "ada@conf.example", "", "1.5", "x:80")
        ),
    ],
)
def test_only_a_bare_host_name_is_completed_to_a_web_url(text, completed):
    assert complete_web_url(text) == completed
