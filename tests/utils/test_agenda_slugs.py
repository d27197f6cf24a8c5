"""Slugs of the community agenda: the vectors of the contract, and any text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.utils.agenda_slugs import MAX_BASE_LENGTH, agenda_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Hello World", "hello-world"),
        ("Überraschung für Élise! #1 & co / 2.0 日本語", "uberraschung-fur-elise-1-and-co-20"),
        ("L'été à Nice", "lete-a-nice"),
        ("Привет мир", "privet-mir"),
        ("ёлка Й объём", "yolka-j-obuyom"),
        ("C++ & C#", "c-and-c"),
        ("Party 🎉 time", "party-time"),
        ("<b>bold</b> move", "lessbgreaterboldlessbgreater-move"),
        ("Αθήνα", "a8hna"),
        ("Straße – 50 € / $5", "strasse-50-euro-dollar5"),
        ("Łódź żółw", "lodz-zolw"),
        ("Tiếng Việt đẹp", "tieng-viet-dep"),
        ("İstanbul çok güzel", "istanbul-cok-guzel"),
        ("¿Qué? ¡Ñandú!", "que-nandu"),
        ("UPPER_case-Mixed ~ tilde", "upper_case-mixed-~-tilde"),
        (r"a/b\c?d=e%20f", "abcde20f"),
        ("2024", "2024"),
        ("日本語", ""),
        ("  two \n lines  ", "two-lines"),
        ("x" * 300, "x" * MAX_BASE_LENGTH),
    ],
)
def test_a_title_gives_its_slug(title, slug):
    assert agenda_slug(title) == slug


@given(st.text())
def test_any_title_gives_a_slug_of_safe_characters(title):
    assert re.fullmatch(r"[a-z0-9_~-]{0,240}", agenda_slug(title))
