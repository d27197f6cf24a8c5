from joindin.seeds.base_data import seed_reference_data
from tests.factories import make_language, make_talk_type

BASE_URL = "http://localhost/v2.1"


def test_visitor_lists_the_languages_by_name(api, session):
    polish = make_language(session, "Polish", "pl")
    german = make_language(session, "Deutsch", "de")

    reply = api.get("/v2.1/languages")

    assert reply.status_code == 200
    assert reply.json == {
        "languages": [
            {
                "name": "Deutsch",
                "code": "de",
                "uri": f"{BASE_URL}/languages/{german.id}",
                "verbose_uri": f"{BASE_URL}/languages/{german.id}?verbose=yes",
            },
            {
                "name": "Polish",
                "code": "pl",
                "uri": f"{BASE_URL}/languages/{polish.id}",
                "verbose_uri": f"{BASE_URL}/languages/{polish.id}?verbose=yes",
            },
        ],
        "meta": {"count": 2, "total": 2, "this_page": f"{BASE_URL}/languages?resultsperpage=20"},
    }


def test_the_last_page_of_languages_names_the_one_before(api, session):
    for name in ("Deutsch", "Finnish", "Polish"):
        make_language(session, name, None)

    reply = api.get("/v2.1/languages/?start=2&resultsperpage=2")

    assert [language["name"] for language in reply.json["languages"]] == ["Polish"]
    assert reply.json["meta"] == {
        "count": 1,
        "total": 3,
        "this_page": f"{BASE_URL}/languages/?start=2&resultsperpage=2",
        "prev_page": f"{BASE_URL}/languages/?start=0&resultsperpage=2",
    }


def test_everything_comes_with_resultsperpage_0(api, session):
    seed_reference_data(session)

    languages = api.get("/v2.1/languages?resultsperpage=0").json
    types = api.get("/v2.1/talk_types?resultsperpage=0").json

    assert languages["meta"] == {"count": 9, "total": 9, "this_page": f"{BASE_URL}/languages?resultsperpage=0"}
    assert types["meta"] == {"count": 5, "total": 5, "this_page": f"{BASE_URL}/talk_types?resultsperpage=0"}


def test_visitor_reads_a_language(api, session):
    make_language(session, "Polish", "pl")
    german = make_language(session, "Deutsch", "de")

    reply = api.get(f"/v2.1/languages/{german.id}?verbose=yes")

    assert reply.status_code == 200
    assert reply.json == {
        "languages": [
            {
                "name": "Deutsch",
                "code": "de",
                "uri": f"{BASE_URL}/languages/{german.id}",
                "verbose_uri": f"{BASE_URL}/languages/{german.id}?verbose=yes",
            }
        ],
        "meta": {
            "count": 1,
            "total": 1,
            "this_page": f"{BASE_URL}/languages/{german.id}?verbose=yes&resultsperpage=20",
        },
    }


def test_unknown_languages_and_types_are_not_found(api, session):
    replies = [
        api.get(f"/v2.1/{path}") for path in ("languages/99", "languages/german", "talk_types/99", "talk_types/0")
    ]

    assert [(reply.status_code, reply.json) for reply in replies] == [
        (404, ["Language not found"]),
        (404, ["Language not found"]),
        (404, ["Talk type not found"]),
        (404, ["Talk type not found"]),
    ]


def test_visitor_lists_the_talk_types_by_id(api, session):
    workshop = make_talk_type(session, "Workshop")
    keynote = make_talk_type(session, "Keynote")

    reply = api.get("/v2.1/talk_types")

    assert reply.status_code == 200
    assert reply.json == {
        "talk_types": [
            {
                "title": "Workshop",
                "description": "Workshop",
                "uri": f"{BASE_URL}/talk_types/{workshop.id}",
                "verbose_uri": f"{BASE_URL}/talk_types/{workshop.id}?verbose=yes",
            },
            {
                "title": "Keynote",
                "description": "Keynote",
                "uri": f"{BASE_URL}/talk_types/{keynote.id}",
                "verbose_uri": f"{BASE_URL}/talk_types/{keynote.id}?verbose=yes",
            },
        ],
        "meta": {"count": 2, "total": 2, "this_page": f"{BASE_URL}/talk_types?resultsperpage=20"},
    }


def test_visitor_reads_a_talk_type(api, session):
    make_talk_type(session, "Workshop")
    keynote = make_talk_type(session, "Keynote")

    reply = api.get(f"/v2.1/talk_types/{keynote.id}")

    assert reply.status_code == 200
    assert [talk_type["title"] for talk_type in reply.json["talk_types"]] == ["Keynote"]


def test_lists_of_languages_and_types_cost_a_fixed_number_of_statements(api, session, count_statements):
    make_language(session, "Deutsch", "de")
    make_talk_type(session, "Talk")
    with count_statements() as languages_of_one:
        api.get("/v2.1/languages")
    with count_statements() as types_of_one:
        api.get("/v2.1/talk_types")
    for name in ("Polish", "Finnish"):
        make_language(session, name, None)
        make_talk_type(session, name)
    session.commit()

    with count_statements() as languages_of_three:
        api.get("/v2.1/languages")
    with count_statements() as types_of_three:
        api.get("/v2.1/talk_types")

    assert len(languages_of_three) == len(languages_of_one) == 2
    assert len(types_of_three) == len(types_of_one) == 2
