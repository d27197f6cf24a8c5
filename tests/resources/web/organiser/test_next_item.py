"""A decision about a claim or a comment leads to the next item of the list, which takes the focus."""

import re

import pytest

from tests.factories import (
    make_claim,
    make_event_comment,
    make_report,
    make_talk,
    make_talk_comment,
    make_user,
)

FOCUSABLE = re.compile(r'<(?:li|h1|h2) id="([\w-]+)" tabindex="-1"')


@pytest.fixture
def talk(session, event):
    return make_talk(session, event)


@pytest.fixture
def decide(organiser, manage):
    """``decide(part, page, decision)`` sends the form and returns the address that follows, whose anchor takes the focus."""

    def decide(part, page, decision):
        location = organiser.send(f"{manage}{part}", {"decision": decision}, page=f"{manage}{page}").location
        assert location.startswith(f"{manage}{page}")
        address, _, anchor = location.partition("#")
        assert FOCUSABLE.findall(organiser.get(address).text).count(anchor) == 1
        return location.removeprefix(f"{manage}{page}")

    return decide


def make_claims(session, event, number):
    talk = make_talk(session, event, speakers=[f"Speaker {each}" for each in range(number)])
    ada = make_user(session)
    claims = [make_claim(session, talk, speaker, ada) for speaker in talk.speakers]
    session.commit()
    return [claim.id for claim in claims]


def make_texts(session, talk, number):
    texts = [make_talk_comment(session, talk, None, is_waiting=True, is_hidden=True, rating=0) for _ in range(number)]
    session.commit()
    return [text.id for text in texts]


def test_after_a_claim_comes_the_next_then_the_first_then_the_heading(session, event, decide):
    first, second, third = make_claims(session, event, 3)

    reached = [decide(f"claims/{id_}/", "claims/", "reject") for id_ in (second, third, first)]

    assert reached == [f"#claim-{third}", f"#claim-{first}", "#claims"]


def test_a_claim_that_is_not_decided_comes_again(session, event, decide):
    first, second = make_claims(session, event, 2)

    assert decide(f"claims/{first}/", "claims/", "maybe") == f"#claim-{first}"
    decide(f"claims/{first}/", "claims/", "reject")
    assert decide(f"claims/{first}/", "claims/", "reject") == f"#claim-{second}"


def test_after_a_text_comes_the_next_on_its_page(session, talk, decide):
    ids = make_texts(session, talk, 53)

    assert decide(f"texts/{ids[-2]}/", "comments/", "release") == f"?page=2#text-{ids[-1]}"
    assert decide(f"texts/{ids[-1]}/", "comments/", "reject") == f"#text-{ids[0]}"


def test_after_the_last_text_comes_the_heading(session, talk, decide):
    [only] = make_texts(session, talk, 1)

    assert decide(f"texts/{only}/", "comments/", "release") == "#texts"


def test_after_a_reported_comment_comes_the_next_of_the_page(session, event, talk, decide):
    of_event = [make_event_comment(session, event) for _ in range(2)]
    of_talk = [make_talk_comment(session, talk) for _ in range(2)]
    for each in (*of_event, *of_talk, *of_talk):
        make_report(session, each)
        each.is_hidden = True
    session.commit()
    order = [f"events/{comment.id}" for comment in of_event] + [f"talks/{comment.id}" for comment in of_talk]

    reached = [decide(f"comments/{item}/", "comments/", "approved") for item in order[1:] + order[:1]]

    assert reached == [f"#{item.replace('/', '-')}" for item in (*order[2:], order[0])] + ["#reported"]


def test_a_decision_costs_the_same_however_many_items_wait(session, organiser, event, manage, talk, count_statements):
    page, counts = f"{manage}comments/", []
    for number in (2, 30):
        ids = make_texts(session, talk, number)
        token = organiser.token(page)
        with count_statements() as executed:
            organiser.post(f"{manage}texts/{ids[0]}/", {"csrfmiddlewaretoken": token, "decision": "release"})
        counts.append(len(executed))

    assert counts[0] == counts[1]
