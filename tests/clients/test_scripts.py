"""Scripts, feeds on web sites, and browsers (spec 2)."""

import json

import pytest

from tests.clients.client import BASE, ROOT, read_all_pages, read_error, read_list, read_single
from tests.factories import NOW, days_from_now, make_event


def test_a_script_finds_its_way_from_the_landing_page(script, event, talk):
    home = script.get(f"{BASE}/")
    seen = read_single(script.get(home.json["hot-events"]), "events")
    its_talk = read_single(script.get(seen["talks_uri"]), "talks")

    assert list(home.json) == ["events", "hot-events", "upcoming-events", "past-events", "open-cfps", "docs"]
    assert (seen["name"], its_talk["talk_title"]) == ("SampleConf", "On Python")


def test_the_documented_name_of_the_calls_for_papers_means_what_it_says(script, session):
    """The original ignored it and returned the plain list."""
    make_event(session, "Plain")
    make_event(session, "Calling", cfp_url="https://a.example/", cfp_starts_at=NOW, cfp_ends_at=days_from_now(5))

    assert read_single(script.get(f"{ROOT}/events?filter=cfps"), "events")["name"] == "Calling"
    assert read_single(script.get(f"{ROOT}/events?filter=cfp"), "events")["name"] == "Calling"


def test_php_spells_lists_in_addresses_with_brackets(script, session):
    make_event(session, "One", tags=["php"], starts_at=days_from_now(1))
    make_event(session, "Two", tags=["web"], starts_at=days_from_now(2))
    make_event(session, "Three", tags=["ruby"])

    both = read_list(script.get(f"{ROOT}/events?tags[]=php&tags%5B%5D=web"), "events")
    one = read_list(script.get(f"{ROOT}/events?tags=php"), "events")

    assert ([event["name"] for event in both], [event["name"] for event in one]) == (["Two", "One"], ["One"])


def test_a_web_site_takes_events_in_through_a_script_element(script, event):
    reply = script.get(f"{ROOT}/events?filter=hot&callback=show")

    assert reply.status_code == 200
    assert (reply.text[:5], reply.text[-2:]) == ("show(", ");")
    assert list(json.loads(reply.text[5:-2])) == ["events", "meta"]


def test_a_browser_is_shown_html_and_a_page_of_another_host_may_read_json(app, script, event):
    page = script.send("GET", f"{ROOT}/events", {"Accept": "text/html,application/xhtml+xml"})
    fetched = script.send("GET", f"{ROOT}/events", {"Accept": "*/*", "Origin": "https://a.example"})

    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf8")
    assert (fetched.headers["Content-Type"], fetched.headers["Access-Control-Allow-Origin"]) == (
        "application/json; charset=utf8",
        "*",
    )


def test_everything_at_once(script, session):
    names = [make_event(session, starts_at=days_from_now(-each)).name for each in range(1, 31)]

    reply = script.get(f"{ROOT}/events?filter=past&resultsperpage=0")

    assert [event["name"] for event in read_list(reply, "events")] == names
    assert ("next_page" in reply.json["meta"], read_all_pages(script, f"{ROOT}/events?resultsperpage=0", "events")) == (
        False,
        reply.json["events"],
    )


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["events", "events/{0}", "events/{0}/talks", "users", "languages", "talk_types"])
def test_a_slash_at_the_end_changes_nothing(script, event, path, slash):
    address = f"{ROOT}/{path.format(event.id)}"

    assert script.get(f"{address}{slash}").status_code == 200
    assert script.get(f"{address}{slash}").json.keys() == script.get(address).json.keys()


@pytest.mark.parametrize("spelling", ["Bearer", "bearer", "OAuth", "oauth", "OAUTH"])
def test_tokens_are_taken_in_both_schemes(script, ann, token, spelling):
    reply = script.send("GET", f"{ROOT}/events", {"Authorization": f"{spelling} {token(ann)}"})

    assert reply.json["meta"]["user_uri"] == f"{ROOT}/users/{ann.id}"


def test_a_body_with_its_charset_named_is_read(script, event, ann, token):
    script = script.signed_in(token(ann))

    reply = script.send(
        "POST",
        f"{ROOT}/events/{event.id}/comments",
        {"Content-Type": "application/json; charset=utf-8"},
        '{"comment": "Nice", "rating": 5}',
    )

    assert reply.status_code == 201


def test_parameters_of_a_post_may_stand_in_the_address(script, event, ann, token):
    reply = script.signed_in(token(ann)).send(
        "POST", f"{ROOT}/events/{event.id}/comments?comment=Nice&rating=5", {"Content-Type": "application/json"}
    )

    assert reply.status_code == 201


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("v1/events", 404, "API version must be specified"),
        ("v2/events", 400, "This API version is no longer supported. Please use v2.1"),
        ("v2.1/nothing", 404, "Endpoint not found"),
    ],
)
def test_unsupported_versions_have_their_own_messages(script, path, status, message):
    assert read_error(script.get(f"{BASE}/{path}")) == (status, message)
