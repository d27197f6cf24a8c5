"""Parameters that try to become SQL: they match no more than other text that is not there, on every route that reads."""

import re
from urllib.parse import quote

import pytest

from tests.api_client import issue_token
from tests.browser_client import Browser
from tests.odd_requests import parameter_names
from tests.resources.docs.sample_data import make_sample_data

# Pairs of an attack and of text with the same length and no meaning in SQL.
ATTACKS = {
    "zq' OR '1'='1": "zq_ OR _1_=_1",
    "zq' OR 1=1 --": "zq_ OR 1=1 __",
    'zq" OR "1"="1': "zq_ OR _1_=_1",
    "zq') OR ('1'='1": "zq__ OR __1_=_1",
    "1 OR 1=1": "1 OR zq1",
    "zq' UNION SELECT password_hash FROM users --": "zq_ UNION SELECT password_hash FROM users __",
    "zq'; DELETE FROM users; --": "zq__ DELETE FROM users_ __",
    "zq\\' OR 1=1 --": "zq__ OR 1=1 __",
    "zq%' OR '%'='": "zq__ OR __ __",
    "zq'||(SELECT pg_sleep(3))||'": "zq___SELECT pg_sleep_3_____",
    "%zq%": "-zq-",
    "(CASE WHEN 1=1 THEN id ELSE name END)": "zCASE WHEN zq1 THEN id ELSE name ENDz",
}
LINK = re.compile(r"(?:uri\": ?\"|href=\")([^\"?]*)")


@pytest.fixture
def world(session):
    return make_sample_data(session)


@pytest.fixture
def send(app, session, world):
    """Send a GET request as an admin, who sees most."""
    browser = Browser(app).sign_in_directly(world.users["admin"])
    token = issue_token(session, world.users["admin"], world.client)

    def sending(path):
        headers = {} if path.startswith(("/accounts", "/desk", "/api")) else {"Authorization": f"Bearer {token}"}
        return browser.get(path, headers=headers)

    return sending


def reading_routes(app):
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.rule.startswith(("/static", "/docs", "/inc"))
    ]


def matches(reply):
    """Return the status, and the addresses of what was found."""
    return reply.status_code, LINK.findall(reply.get_data().decode(errors="replace"))


@pytest.mark.slow("sends some thousands of requests")
def test_parameters_are_not_executed(app, send, world, count_rows):
    wrong, sent, before = [], 0, count_rows()

    for rule in reading_routes(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(world.ids.get(name[1], "1")), rule.rule)
        for attack, harmless in ATTACKS.items():
            # All parameters at once, and then each that may hide the others' effect by an error.
            for names in (parameter_names(app.view_functions[rule.endpoint]), *SEARCHES.get(rule.rule, ())):
                attacked, compared = (send(f"{path}?{query(names, value)}") for value in (attack, harmless))
                sent += 1
                if matches(attacked) != matches(compared):
                    wrong.append((rule.rule, names, attack, matches(attacked), matches(compared)))

    assert wrong == []
    assert sent > 500
    assert count_rows() == before


# Parameters that select rows.
SEARCHES = {
    "/v2.1/events": [["title"], ["stub"], ["tags[]"], ["tags"], ["filter"], ["startdate"]],
    "/v2.1/users": [["username"], ["keyword"]],
    "/v2.1/talks": [["title"]],
    "/v2.1/accounts": [["keyword"]],
    "/v2.1/audit": [["actor"], ["action"], ["subject"], ["since"], ["before"]],
    "/desk/people/": [["text"], ["q"], ["keyword"], ["search"], ["state"]],
    "/desk/log/": [["actor"], ["action"], ["subject"], ["since"]],
}


def query(names, value):
    return "&".join(f"{quote(name)}={quote(value)}" for name in names)


@pytest.mark.parametrize("attack", ATTACKS)
def test_paths_are_not_executed(app, send, world, attack, count_rows):
    before, wrong = count_rows(), []

    for rule in reading_routes(app):
        if not rule.arguments:
            continue
        attacked, compared = (
            send(re.sub(r"<(?:\w+:)?\w+>", quote(value, safe=""), rule.rule)) for value in (attack, ATTACKS[attack])
        )
        if matches(attacked)[0] != matches(compared)[0] or attacked.status_code >= 500:
            wrong.append((rule.rule, attacked.status_code, compared.status_code))

    assert wrong == []
    assert count_rows() == before
