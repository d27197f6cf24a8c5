"""Pages of everybody, also far inside."""

import pytest

import joindin.queries.accounts.users as users
from joindin.queries.accounts.users import list_users
from joindin.queries.paging import Paging
from tests.factories import make_user


@pytest.mark.parametrize("near", [0, 200])
def test_pages_follow_each_other(session, monkeypatch, near):
    monkeypatch.setattr(users, "OFFSET_SCAN_LIMIT", near)
    made = [make_user(session, id=number * 100, is_active=number % 4 > 0).id for number in range(1, 12)]
    expected = [id_ for id_ in made if id_ // 100 % 4 > 0]

    pages = [list_users(session, Paging(start, 2)) for start in range(0, 12, 2)]

    assert [[user.id for user in page.items] for page in pages] == [expected[n : n + 2] for n in range(0, 12, 2)]
    assert {page.total for page in pages} == {len(expected)}
