"""Announcements and pages of the site in the Gancio API (contract, section 15)."""

import pytest
from sqlalchemy import func, select

from joindin.models import Announcement, AuditEntry, SitePage
from tests.factories import newest

TEXTS = [("/api/announcements", "announcement", Announcement), ("/api/pages", "content", SitePage)]


def times(shown):
    return {name: shown.pop(name) for name in ("createdAt", "updatedAt")}


@pytest.fixture
def boss(gancio, admin):
    return gancio(admin)


def test_an_announcement_is_added_changed_hidden_and_deleted(gancio, boss, session):
    added = boss.post("/api/announcements", {"title": "Hear ye", "announcement": "<b>Today</b>"})
    shown = added.json
    assert set(times(shown)) == {"createdAt", "updatedAt"}
    path = f"/api/announcements/{shown['id']}"
    assert (added.status_code, shown) == (
        200, {"id": shown["id"], "title": "Hear ye", "announcement": "<b>Today</b>", "visible": True}
    )  # fmt: skip
    listed = boss.get("/api/announcements")
    assert [each["id"] for each in listed.json] == [shown["id"]]
    # The list has a number in place of the flag.
    assert b'"visible":1' in listed.data

    changed = boss.put(path, {"announcement": "Tomorrow", "visible": False})
    assert (changed.json["title"], changed.json["announcement"], changed.json["visible"]) == (
        "Hear ye",
        "Tomorrow",
        False,
    )
    # The contract shows hidden ones to those who know the id.
    assert gancio().get(path).json == changed.json

    assert boss.delete(path).text == "OK"
    assert [
        (r.status_code, r.text) for r in (boss.delete(path), boss.put(path, {"title": "x"}), gancio().get(path))
    ] == [(404, "Not Found")] * 3
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["announcement.add", "announcement.edit", "announcement.delete"]


def test_a_page_has_a_slug_of_its_first_title(gancio, boss):
    added = boss.post("/api/pages", {"title": "About us", "content": "<p>We</p>"})
    shown = added.json
    times(shown)
    assert (added.status_code, shown) == (
        200, {"id": shown["id"], "title": "About us", "content": "<p>We</p>", "visible": True, "slug": "about-us"}
    )  # fmt: skip

    changed = boss.put(f"/api/pages/{shown['id']}", {"title": "Who we are", "content": "<p>You</p>"})

    assert (changed.json["slug"], gancio().get("/api/pages/about-us").json) == ("about-us", changed.json)


def test_pages_of_one_title_have_different_slugs(boss):
    slugs = [boss.post("/api/pages", {"title": title, "content": ""}).json["slug"] for title in ("A b", "A B", "日本")]

    assert slugs == ["a-b", "a-b-1", "page"]


def test_a_hidden_page_is_for_admins_and_editors(gancio, boss, editor, user):
    page = boss.post("/api/pages", {"title": "Draft", "content": "x"}).json
    boss.put(f"/api/pages/{page['id']}", {"visible": False})

    statuses = [client.get("/api/pages/draft").status_code for client in (gancio(), gancio(user), gancio(editor), boss)]

    assert statuses == [404, 404, 200, 200]


def test_a_page_that_is_hidden_disappears_at_once(gancio, boss):
    page = boss.post("/api/pages", {"title": "Draft", "content": "x"}).json
    before = [gancio().get("/api/pages/draft").status_code for _ in range(2)]
    boss.put(f"/api/pages/{page['id']}", {"visible": False})

    assert (before, gancio().get("/api/pages/draft").status_code) == ([200, 200], 404)


def test_a_page_is_deleted(gancio, boss):
    page = boss.post("/api/pages", {"title": "Old", "content": "x"}).json

    assert boss.delete(f"/api/pages/{page['id']}").text == "OK"
    assert [r.status_code for r in (gancio().get("/api/pages/old"), boss.delete(f"/api/pages/{page['id']}"))] == [
        404,
        404,
    ]


@pytest.mark.parametrize(("path", "field", "model"), TEXTS)
def test_only_admins_write_and_list(gancio, boss, editor, user, session, path, field, model):
    text_id = boss.post(path, {"title": "First", field: "x"}).json["id"]

    for client in (gancio(), gancio(user), gancio(editor)):
        replies = [
            client.get(path),
            client.post(path, {"title": "x", field: "y"}),
            client.put(f"{path}/{text_id}", {"title": "x"}),
            client.delete(f"{path}/{text_id}"),
        ]
        assert [reply.status_code for reply in replies] == [403] * 4
    assert (newest(session, model).title, session.scalar(select(func.count()).select_from(model))) == ("First", 1)


@pytest.mark.parametrize(("path", "field", "model"), TEXTS)
@pytest.mark.parametrize(
    "body", [{}, {"title": ""}, {"title": "\0"}, {"title": 5}, {"title": ["a", "b"]}, {"title": "x" * 256}, {"title": None}]
)  # fmt: skip
def test_a_refused_text_is_not_stored(boss, session, path, field, model, body):
    assert boss.post(path, body | {field: "x"}).status_code == 400
    assert newest(session, model) is None


@pytest.mark.parametrize(("path", "field", "model"), TEXTS)
@pytest.mark.parametrize("body", [{"title": "x" * 256}, {"visible": "perhaps"}, {"content": 5, "announcement": 5}])
def test_a_refused_change_changes_nothing(boss, session, path, field, model, body):
    text_id = boss.post(path, {"title": "First", field: "x"}).json["id"]

    assert boss.put(f"{path}/{text_id}", {"title": "Second"} | body).status_code == 400
    assert newest(session, model).title == "First"


@pytest.mark.parametrize(("path", "field", "model"), TEXTS)
def test_a_text_keeps_every_character_that_databases_store(boss, path, field, model):
    text = "<script>1</script> \u202e 😀 \n\t"

    assert boss.post(path, {"title": "x", field: text + "\0\ufffe"}).json[field] == text + "\ufffe"
