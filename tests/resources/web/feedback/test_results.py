"""The page of the results of a talk, its exports, and answers given there."""

import csv
import datetime as dt
import io
import re
import zipfile

import pytest

from joindin.models import EventSettings, Talk, TalkComment, TalkRating
from joindin.operations.devices import create_device
from joindin.operations.feedback.talk_ratings import Rater, rate_talk
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, main_text, main_text_without_spaces
from tests.factories import make_room, make_talk_comment, make_user

PATH = "/event/feedback-conf/errors"


@pytest.fixture
def ada(app, session, talk, speaker):
    session.commit()
    return Browser(app).sign_in_directly(speaker)


def rate(session, talk, rating, *, rating_2=None, has_account=True, is_on_site=False, at=None):
    rater = (
        Rater(user_id=make_user(session).id)
        if has_account
        else Rater(device_id=create_device(session, now=utc_now())[0].id)
    )
    return rate_talk(
        session, talk.id, rater, rating=rating, rating_2=rating_2, is_on_site=is_on_site, now=at or utc_now()
    )


def test_numbers_with_and_without_account_and_on_site(session, ada, talk):
    rate(session, talk, 5)
    rate(session, talk, 4, is_on_site=True)
    rate(session, talk, 3, has_account=False, is_on_site=True)

    text = main_text(ada.get(f"{PATH}/results"))

    assert "4.0 of 5 from 3 ratings" in text
    assert "3Worthhearing0114Great1015Brilliant100" in main_text_without_spaces(ada.get(f"{PATH}/results"))
    assert "2 ratings with an account, 1 without one; 2 ratings with the code of the room" in text


def test_too_few_ratings_have_no_mean(session, ada, talk):
    rate(session, talk, 5)
    rate(session, talk, 5)

    text = main_text(ada.get(f"{PATH}/results"))

    assert "2 ratings so far. A mean is shown from three on. Fewer would show what single people answered." in text
    assert "5.0" not in text


def test_both_questions_have_their_numbers(session, ada, event, talk):
    session.add(EventSettings(event_id=event.id, feedback_scheme="two"))
    for rating_2 in (2, 2, 5):
        rate(session, talk, 4, rating_2=rating_2)

    text = main_text_without_spaces(ada.get(f"{PATH}/results"))

    assert "Content4.0of5from3ratings" in text
    assert "Delivery3.0of5from3ratings" in text


@pytest.mark.parametrize(("days", "label"), [(0, ",10:002"), (3, "2")])
def test_ratings_over_time_are_counted_by_hour_or_day(session, ada, event, talk, days, label):
    event.timezone = "UTC"
    morning = dt.datetime(2026, 3, 2, 10, 5, tzinfo=dt.UTC)
    for at in (morning, morning + dt.timedelta(minutes=20), morning + dt.timedelta(hours=2, days=days)):
        rate(session, talk, 4, at=at)

    text = main_text_without_spaces(ada.get(f"{PATH}/results")).partition("Ratingsovertimeasatable")[2]

    assert f"Mon,2Mar2026{label}" in text


def test_texts_are_filtered_by_level_and_day(session, ada, talk):
    old = utc_now() - dt.timedelta(days=9)
    make_talk_comment(session, talk, make_user(session), text="Old and public", created_at=old)
    make_talk_comment(session, talk, make_user(session), text="New and public")
    make_talk_comment(session, talk, make_user(session), text="New and private", is_private=True)
    since = (utc_now() - dt.timedelta(days=2)).date()

    def shown(query):
        text = main_text(ada.get(f"{PATH}/results?{query}"))
        return [name for name in ("Old and public", "New and public", "New and private") if name in text]

    assert shown("level=everyone") == ["Old and public", "New and public"]
    assert shown("level=speakers") == ["New and private"]
    assert shown(f"since={since}") == ["New and public", "New and private"]
    assert shown(f"since={since}&level=anonymous") == []
    assert len(shown("since=no-day")) == 3


def test_the_texts_stand_first_if_the_reader_wants_it(session, ada, talk):
    numbers_first = ada.get(f"{PATH}/results").text
    texts_first = ada.get(f"{PATH}/results?first=texts").text

    assert numbers_first.index("ratings so far") < numbers_first.index('id="texts"')
    assert (
        texts_first.index('id="texts"') < texts_first.index('<details class="numbers">') < texts_first.index("so far")
    )


def test_a_speaker_answers_in_the_results(session, ada, talk, host, app):
    comment = make_talk_comment(session, talk, make_user(session), text="Why?", is_private=True)
    path, fields = f"{PATH}/results/answer", {"comment": comment.id, "text": "Because."}

    reply = ada.send(path, fields, page=f"{PATH}/results")

    assert (reply.status_code, reply.location) == (303, f"{PATH}/results#comment-{comment.id}")
    assert session.get(TalkComment, comment.id).answer == "Because."
    assert Browser(app).sign_in_directly(host).send(path, fields, page="/contact").status_code == 403
    for wrong in ("", "x", "999999", "9" * 40):
        assert ada.send(path, fields | {"comment": wrong}, page=f"{PATH}/results").status_code == 404
    long = ada.send(path, fields | {"text": "x" * 6_000}, page=f"{PATH}/results")
    assert (long.status_code, "x" * 6_000 in long.text) == (400, True)
    assert f'action="/comments/talk/{comment.id}/answer"' in long.text
    ada.send(path, fields | {"text": ""}, page=f"{PATH}/results")
    assert session.get(TalkComment, comment.id).answer is None


def test_the_distribution_is_a_picture(session, ada, talk):
    rate(session, talk, 4)

    reply = ada.get(f"{PATH}/results.svg")

    assert reply.mimetype == "image/svg+xml"
    assert "<title>Errors</title><desc>1: 0, 2: 0, 3: 0, 4: 1, 5: 0</desc>" in reply.text


def test_exports_have_each_feedback_once(session, ada, event, talk):
    talk.room_id = make_room(session, event, "Hall").id
    hidden = make_user(session, full_name="Hidden Hilda")
    make_talk_comment(session, talk, hidden, rating=0, text="=1+1", is_name_hidden=True)
    rate_talk(session, talk.id, Rater(user_id=hidden.id), rating=2, rating_2=3, is_on_site=True, now=utc_now())
    rate(session, talk, 5, has_account=False)
    left_out = rate(session, talk, 1)
    left_out.is_left_out = True
    make_talk_comment(session, talk, make_user(session), text="Reported", is_hidden=True)

    rows = list(csv.DictReader(io.StringIO(ada.get(f"{PATH}/results.csv").text.removeprefix("\ufeff"))))

    assert [(row["rating"], row["rating_2"], row["text"], row["with_account"], row["on_site"]) for row in rows] == [
        ("2", "3", "'=1+1", "yes", "yes"),
        ("5", "", "", "no", "no"),
    ]
    assert (rows[0]["talk"], rows[0]["room"], rows[0]["level"], rows[0]["name"]) == ("Errors", "Hall", "anonymous", "")
    assert rows[0]["minute"] == "60"
    assert session.query(TalkRating).count() == 3


def test_hosts_export_all_talks(session, app, talk, host, user):
    make_talk_comment(session, talk, make_user(session), text="A & <b>", rating=4)
    address = "/event/feedback-conf/manage/feedback/feedback."
    browser = Browser(app).sign_in_directly(host)

    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{address}xlsx").data))
    texts = re.findall(r'<t xml:space="preserve">([^<]*)</t>', archive.read("xl/worksheets/sheet1.xml").decode())

    assert texts[:7] == ["talk", "speakers", "room", "start", "rating", "rating_2", "text"]
    assert "A &amp; &lt;b&gt;" in texts
    assert browser.get(f"{address}json").json[0]["text"] == "A & <b>"
    assert browser.get(f"{address}csv").text.count("A & <b>") == 1
    assert browser.get(f"{address}txt").status_code == 404
    assert Browser(app).sign_in_directly(user).get(f"{address}csv").status_code == 403


def test_the_page_costs_the_same_however_long_it_is(session, ada, talk, count_statements):
    costs = []
    for _ in range(2):
        for _ in range(3):
            make_talk_comment(session, talk, make_user(session))
            rate(session, talk, 4)
        session.commit()
        costs.append([])
        for path in ("results", "results.csv", "results.json"):
            with count_statements() as seen:
                ada.get(f"{PATH}/{path}")
            costs[-1].append(len(seen))

    assert costs[0] == costs[1]


def test_a_share_ends_by_a_clear_wish_only(session, ada, talk):
    share = f"{PATH}/results/share"
    ada.send(share, {"on": 1}, page=f"{PATH}/results")

    assert ada.send(share, {"on": "?"}, page=f"{PATH}/results").status_code == 400
    assert session.get_one(Talk, talk.id).results_share_hash is not None
    ada.send(share, {"on": 0}, page=f"{PATH}/results")
    session.expire_all()
    assert session.get_one(Talk, talk.id).results_share_hash is None
