"""Pages of the speakers of a talk: claims, editing, results, slides (T16)."""

import csv
import io
import re

import pytest
from PIL import Image

from joindin.models import Device, Talk, TalkClaim, TalkComment, TalkLink, TalkSpeaker
from joindin.operations.devices import delete_device, merge_device
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser
from tests.factories import make_talk_comment, make_user
from tests.resources.web.feedback.test_guest_feedback import send

PATH = "/event/feedback-conf/errors"


def fields_of(browser, path=PATH, **changes):
    page = browser.get(f"{path}/edit").text
    version = page.partition('name="version" type="hidden" value="')[2].partition('"')[0]
    language = page.partition('name="language_id"')[2].partition('<option selected value="')[2].partition('"')[0]
    kept = {"title": "Errors", "description": "About", "language_id": language, "has_feedback": "y", "version": version}
    return kept | changes


def test_a_claim_is_made_and_withdrawn(session, browser, talk, user):
    assert "Free Name" in browser.get(f"{PATH}/claim").text
    assert browser.send(f"{PATH}/claim", {"speaker": "Free Name"}).status_code == 303
    assert session.query(TalkClaim).one().user_id == user.id
    assert "waits for the hosts" in browser.get(f"{PATH}/claim").text

    assert browser.send(f"{PATH}/claim", {"withdraw": 1}).status_code == 303
    assert session.query(TalkClaim).count() == 0


def test_a_refused_claim_is_explained_in_the_language_of_the_page(session, browser, talk):
    german = {"Accept-Language": "de"}
    browser.send(f"{PATH}/claim", {"speaker": "Free Name"})

    reply = browser.send(f"{PATH}/claim", {"speaker": "Free Name", "words": "Please."})
    assert (
        "You already have a pending claim for this talk. Please wait for an event admin to approve your claim.<"
        in reply.text
    )
    reply = browser.send(f"{PATH}/claim", {"speaker": "Free Name", "words": "Bitte."}, headers=german)
    assert "Ihre Anfrage zu diesem Vortrag wartet schon." in reply.text


@pytest.mark.parametrize(
    ("page", "refusal"),
    [
        ("edit", "Einen Vortrag bearbeiten die bestätigten Vortragenden und die Veranstalter"),
        ("results", "Die Ergebnisse eines Vortrags sind für die Vortragenden und die Veranstalter bestimmt"),
    ],
)
def test_pages_of_speakers_are_refused_in_the_language_of_the_reader(browser, talk, page, refusal):
    reply = browser.get(f"{PATH}/{page}", headers={"Accept-Language": "de"})

    assert (reply.status_code, refusal in reply.text) == (403, True)


def test_only_names_of_the_talk_are_claimed(session, browser, talk):
    browser.send(f"{PATH}/claim", {"speaker": "Nemo"})

    assert session.query(TalkClaim).count() == 0


def test_hosts_unlink_and_speakers_do_until_the_talk_begins(session, app, talk, speaker, host):
    row = session.query(TalkSpeaker).filter_by(user_id=speaker.id).one()
    path = f"{PATH}/speakers/{row.id}/unlink"
    refused = Browser(app).sign_in_directly(speaker).get(path, headers={"Accept-Language": "de"})
    assert refused.status_code == 403
    assert "Vortragende können ihr Konto bis zum Beginn des Vortrags selbst entfernen" in refused.text

    assert Browser(app).sign_in_directly(host).send(path).status_code == 303
    assert session.query(TalkSpeaker).filter_by(user_id=speaker.id).count() == 0


def test_a_speaker_edits_the_talk_and_its_links(session, app, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)
    fields = fields_of(
        ada,
        title="Better errors",
        link_type=["slides_link", "video_link", "slides_link"],
        link_url=["https://slides.example/1", "video.example/2", ""],
    )

    reply = ada.send(f"{PATH}/edit", fields)

    assert reply.status_code == 303
    assert session.get_one(Talk, talk.id).title == "Better errors"
    links = session.query(TalkLink).order_by(TalkLink.id).all()
    assert [(link.type, link.url) for link in links] == [
        ("slides_link", "https://slides.example/1"),
        ("video_link", "https://video.example/2"),
    ]
    assert session.query(TalkSpeaker).filter_by(user_id=speaker.id).count() == 1


def test_the_slides_of_old_data_are_one_of_the_links(session, app, speaker, talk):
    talk.slides_url = "https://old.example/slides.pdf"
    session.commit()
    ada = Browser(app).sign_in_directly(speaker)
    shown = re.findall(r'name="link_url" type="url" value="([^"]+)"', ada.get(f"{PATH}/edit").text)
    fields = fields_of(
        ada,
        link_type=["slides_link", "video_link"],
        link_url=[*shown, "https://video.example/2"],
        title="Better errors",
    )

    assert ada.send(f"{PATH}/edit", fields).status_code == 303
    assert not session.get_one(Talk, talk.id).slides_url
    assert [(link.type, link.url) for link in session.query(TalkLink).order_by(TalkLink.id)] == [
        ("slides_link", "https://old.example/slides.pdf"),
        ("video_link", "https://video.example/2"),
    ]


def test_slides_of_old_data_that_changed_meanwhile_are_not_lost(session, app, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)
    fields = fields_of(ada)
    session.get_one(Talk, talk.id).slides_url = "https://old.example/slides.pdf"

    reply = ada.send(f"{PATH}/edit", fields, page="/accounts/profile/")

    assert (reply.status_code, "Slides: https://old.example/slides.pdf" in reply.text) == (409, True)
    assert session.get_one(Talk, talk.id).slides_url == "https://old.example/slides.pdf"


@pytest.mark.parametrize("slugs", [(None, "feedback-conf"), ("details", "feedback-conf"), ("errors", None)])
def test_talks_without_an_address_by_slug_have_all_pages_by_their_stub(
    session, app, guest, speaker, talk, event, slugs
):
    talk.slug, event.slug = slugs
    session.commit()
    ada, path = Browser(app).sign_in_directly(speaker), f"/talk/{talk.stub}"
    row = session.query(TalkSpeaker).filter_by(user_id=speaker.id).one()

    pages = ["edit", "claim", "results", "results.csv", "results.json", "slide", "slide.png", "slide.svg"]
    assert [ada.get(f"{path}/{page}").status_code for page in pages] == [200] * len(pages)
    assert f'href="{path}/edit"' in ada.get(path).text
    assert f'href="{path}/results"' in ada.get("/me/talks/").text
    assert ada.get(f"{path}/speakers/{row.id}/unlink").status_code == 403
    assert guest.get(f"{path}/edit").status_code == 302
    shared = ada.send(f"{path}/results/share", {"on": "1"}, page=f"{path}/results")
    assert (shared.status_code, shared.location) == (303, f"{path}/results")
    stale = ada.send(f"{path}/edit", fields_of(ada, path, version="0"))
    edited = ada.send(f"{path}/edit", fields_of(ada, path, description="Better"))

    assert (stale.status_code, edited.status_code) == (409, 303)
    assert session.get_one(Talk, talk.id).description == "Better"


def test_pages_by_stub_lead_to_the_address_by_slug(app, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)

    reply = ada.get(f"/talk/{talk.stub}/results.csv?a=%2F")

    assert (reply.status_code, reply.location) == (302, f"{PATH}/results.csv?a=%2F")
    assert ada.get(f"/talk/{'9' * 400}/edit").status_code == 404


def test_pages_below_a_former_slug_lead_on(session, app, guest, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)
    ada.send(f"{PATH}/edit", fields_of(ada, title="Better errors"))

    reply = ada.get(f"{PATH}/results?share=x")
    assert (reply.status_code, reply.location) == (301, "/event/feedback-conf/better-errors/results?share=x")
    assert ada.get(f"{PATH}/edit").location == "/event/feedback-conf/better-errors/edit"
    session.delete(session.get_one(Talk, talk.id))
    session.commit()
    assert guest.get(f"{PATH}/slide").status_code == 404


def test_a_form_that_is_sent_to_a_former_slug_is_not_lost(session, app, browser, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)
    first, second = fields_of(ada, title="Better errors"), fields_of(ada, title="Best errors")
    comment = {"csrfmiddlewaretoken": browser.token(PATH), "text": "Thank you", "rating": "5"}
    ada.send(f"{PATH}/edit", first)

    edit = ada.send(f"{PATH}/edit", second, page="/accounts/profile/")
    sent = browser.post(f"{PATH}/comments", comment)

    assert (edit.status_code, edit.location) == (307, "/event/feedback-conf/better-errors/edit")
    assert (sent.status_code, sent.location) == (307, "/event/feedback-conf/better-errors/comments")
    # Browsers send the same form there.
    edit = ada.send(edit.location, second)
    assert (edit.status_code, 'value="Best errors"' in edit.text) == (409, True)
    assert browser.post(sent.location, comment).status_code == 303
    assert session.query(TalkComment).one().text == "Thank you"


def test_a_stale_form_shows_both_versions(session, app, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)
    fields = fields_of(ada, title="Mine")
    session.get_one(Talk, talk.id).title = "Theirs"

    reply = ada.send(f"{PATH}/edit", fields)

    assert reply.status_code == 409
    assert "Theirs" in reply.text
    assert 'value="Mine"' in reply.text
    assert session.get_one(Talk, talk.id).title == "Theirs"


def test_wrong_links_are_refused(session, app, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)

    for link in (
        {"link_type": "slides_link", "link_url": "javascript:alert(1)"},
        {"link_type": "x", "link_url": "https://a.example"},
    ):
        assert ada.send(f"{PATH}/edit", fields_of(ada, **link)).status_code == 400
    assert session.query(TalkLink).count() == 0


def test_results_are_for_speakers_and_hosts(session, app, guest, browser, talk, speaker, host):
    send(guest, talk, rating=5)
    send(guest, talk, good="The examples")
    make_talk_comment(
        session, talk, make_user(session, full_name="Hidden Hilda"), rating=3, text="Fine", is_name_hidden=True
    )
    make_talk_comment(session, talk, make_user(session), rating=4, text="=1+1")
    path = f"{PATH}/results"

    assert guest.get(path).status_code == 302
    assert browser.get(path).status_code == 403
    for reader in (speaker, host):
        text = Browser(app).sign_in_directly(reader).get(path).text
        assert "4.0" in text
        assert "The examples" in text
        assert "Hidden Hilda" not in text


def test_results_are_exported(session, app, talk, speaker):
    make_talk_comment(session, talk, make_user(session), rating=4, text="=1+1")
    ada = Browser(app).sign_in_directly(speaker)

    rows = list(csv.reader(io.StringIO(ada.get(f"{PATH}/results.csv").text.removeprefix("\ufeff"))))
    assert [row[6] for row in rows] == ["text", "'=1+1"]
    body = ada.get(f"{PATH}/results.json").json
    assert (body["ratings"]["4"], body["with_account"], len(body["feedback"])) == (1, 1, 1)


def test_a_shared_address_shows_numbers_and_public_texts(session, app, guest, talk, speaker):
    send(guest, talk, good="Only for you")
    ada = Browser(app).sign_in_directly(speaker)
    ada.send(f"{PATH}/results/share", {"on": 1}, page=f"{PATH}/results")
    page = ada.get(f"{PATH}/results").text
    address = page.partition("?share=")[2].partition("<")[0].strip()

    shared = guest.get(f"{PATH}/results?share={address}")
    assert shared.status_code == 200
    assert "Only for you" not in shared.text
    assert guest.get(f"{PATH}/results?share=wrong").status_code == 302

    ada.send(f"{PATH}/results/share", {"on": 0}, page=f"{PATH}/results")
    assert guest.get(f"{PATH}/results?share={address}").status_code == 302


def test_the_slide_has_the_code_and_the_address(guest, talk):
    page = guest.get(f"{PATH}/slide")
    assert f"web.example/f/{talk.stub}" in page.text
    assert "<svg" in page.text
    assert "style=" not in page.text
    picture = guest.get(f"{PATH}/slide.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.data.startswith(b"<?xml")


def test_the_slide_is_a_picture_too(guest, session, talk):
    first = guest.get(f"{PATH}/slide.png")
    talk.title = "Other errors"
    session.commit()
    changed = guest.get(f"{PATH}/slide.png")

    assert f'href="{PATH}/slide.png"' in guest.get(f"{PATH}/slide").text
    assert (first.status_code, first.mimetype) == (200, "image/png")
    assert first.headers["Content-Disposition"] == f"attachment; filename=feedback-{talk.stub}.png"
    assert Image.open(io.BytesIO(first.data)).size == (1920, 1080)
    assert changed.data != first.data


def test_guests_texts_survive_a_merge(session, app, guest, talk, user):
    send(guest, talk, rating=5)
    send(guest, talk, good="Kept")
    device = session.query(Device).one()

    merge_device(session, device.id, user.id, now=utc_now())
    delete_device(session, device.id)
    session.commit()

    stored = session.get_one(Talk, talk.id)
    assert (stored.rating_sum, stored.rating_count, stored.guest_rating_count) == (5, 1, 0)
    assert session.query(TalkComment).one().text == "Good: Kept"


def test_a_forgotten_device_leaves_nothing(session, guest, talk):
    send(guest, talk, rating=5)
    send(guest, talk, good="Gone")
    delete_device(session, session.query(Device).one().id)
    session.commit()

    stored = session.get_one(Talk, talk.id)
    assert (stored.guest_rating_count, stored.all_comment_count, session.query(TalkComment).count()) == (0, 0, 0)


def test_words_of_a_refused_claim_are_kept(session, browser, talk):
    reply = browser.send(f"{PATH}/claim", {"speaker": "Free Name", "words": "<I> " + "x" * 600})

    assert reply.status_code == 400
    assert "&lt;I&gt; xxx" in reply.text
    assert "The text is too long: at most 500 characters" in reply.text
    assert session.query(TalkClaim).count() == 0
