"""An installation moves in: what becomes of its rows, also of odd ones."""

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import select

from joindin.imports.joindin.open_source import open_source
from joindin.models import (
    AccessToken,
    Attendance,
    Client,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    EventImage,
    Language,
    Tag,
    Talk,
    TalkClaim,
    TalkComment,
    TalkLink,
    TalkSpeaker,
    TalkStar,
    TalkType,
    Track,
    User,
    event_tags,
    talk_tracks,
)
from joindin.operations.counter_repair import verify_counters
from joindin.security.tokens import hash_token
from tests.database_rows import empty_database
from tests.factories import parse_instant
from tests.imports.joindin.legacy_data import (
    CATEGORIES,
    LANGUAGES,
    NOW,
    ImportRun,
    all_rows,
    client,
    event,
    event_comment,
    legacy_tables,
    row,
    run_import,
    seconds,
    speaker,
    talk,
    talk_comment,
    token,
    user,
    write_dump,
)
from tests.imports.joindin.mysql_database import legacy_database

DATASET = Path(__file__).resolve().parents[4] / "shared" / "oracle" / "joindin" / "dataset.json"


def rows_of(session, *columns):
    return [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]


def test_a_call_for_papers_that_ends_with_a_date_closes_with_that_day(session):
    # Midnight in Amsterdam.
    run_import(session, legacy_tables(events=[event(21, event_cfp_end=seconds("2012-04-01 22:00:00"))]))

    assert session.get(Event, 21).cfp_closes_at == parse_instant("2012-04-02 22:00")


def test_a_whole_installation_keeps_its_ids(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[user(7, "ada", admin=1), user(9, "grace", verified=0, active=0, trusted=1)],
            oauth_consumers=[client(3, "web2", user_id=7)],
            oauth_access_tokens=[token(11, "0123456789abcdef", 9)],
            events=[event(21, "PumpkinConf", event_stub="pc12", reviewer_id=7)],
            tags=[row(ID=5, tag_value="PHP")],
            tags_events=[row(ID=6, event_id=21, tag_id=5)],
            user_admin=[row(ID=8, uid=7, rid=21, rtype="event", rcode=None)],
            user_attend=[row(ID=1, uid=7, eid=21), row(ID=2, uid=9, eid=21)],
            event_images=[
                row(id=4, event_id=21, type="small", url="https://joind.in/inc/img/x.png", width=90, height=90)
            ],
            event_comments=[event_comment(31, 21, user_id=9, rating=5), event_comment(32, 21, active=0)],
            reported_event_comments=[
                row(
                    ID=2,
                    event_comment_id=32,
                    reporting_user_id=9,
                    reporting_date="2012-06-01 10:00:00",
                    decision="approved",
                    deciding_user_id=7,
                    deciding_date="2012-06-02 10:00:00",
                )
            ],
            event_track=[row(ID=41, event_id=21, track_name="Web &amp; more", track_desc=None, track_color=None)],
            talks=[talk(51, 21, lang=3), talk(52, 21, active=0)],
            talk_cat=[row(ID=1, talk_id=51, cat_id=3), row(ID=2, talk_id=52, cat_id=1)],
            talk_speaker=[speaker(61, 51, "Grace", speaker_id=9), speaker(62, 51, "Ada")],
            pending_talk_claims=[
                row(
                    ID=3,
                    talk_id=51,
                    submitted_by=7,
                    speaker_id=7,
                    claim_id=62,
                    date_added="1336122000",
                    user_approved_at="2012-05-04 09:00:00",
                    host_approved_at=None,
                )
            ],
            talk_track=[row(ID=1, talk_id=51, track_id=41), row(ID=2, talk_id=52, track_id=41)],
            talk_links=[row(ID=71, talk_id=51, talk_type=2, url="https://video.example", timestamp=None)],
            user_talk_star=[row(ID=1, uid=7, tid=51)],
            talk_comments=[
                talk_comment(81, 51, user_id=7, rating=3),
                talk_comment(82, 51, user_id=9, rating=1),
                talk_comment(83, 51, private=1),
            ],
        ),
    )

    assert (moved.issues, set(moved.totals)) == ([], {"added"})
    assert rows_of(session, User.id, User.username, User.is_admin, User.is_verified, User.is_active) == [
        (7, "ada", True, True, True),
        (9, "grace", False, False, False),
    ]
    assert rows_of(session, Client.id, Client.key, Client.owner_id, Client.is_trusted, Client.can_be_revoked) == [
        (3, "web2", 7, True, False)
    ]
    assert rows_of(session, AccessToken.id, AccessToken.token_hash, AccessToken.user_id, AccessToken.client_id) == [
        (11, hash_token("0123456789abcdef"), 9, 3)
    ]
    pumpkin = session.get(Event, 21)
    assert (pumpkin.name, pumpkin.slug, pumpkin.stub) == ("PumpkinConf", "conf-21", "pc12")
    assert (pumpkin.starts_at, pumpkin.ends_at) == (
        parse_instant("2012-05-04 09:00"),
        parse_instant("2012-05-05 17:00"),
    )
    assert (pumpkin.timezone, pumpkin.reviewer_id, pumpkin.cfp_starts_at) == ("Europe/Amsterdam", 7, None)
    assert (pumpkin.attendee_count, pumpkin.comment_count, pumpkin.rating_sum, pumpkin.rating_count) == (2, 2, 5, 1)
    assert (pumpkin.talk_count, pumpkin.track_count, pumpkin.talk_comment_count) == (2, 1, 3)
    assert rows_of(session, event_tags.c.id, event_tags.c.event_id, event_tags.c.tag_id) == [(6, 21, 5)]
    assert rows_of(session, EventHost.id, EventHost.event_id, EventHost.user_id) == [(8, 21, 7)]
    assert rows_of(session, Attendance.event_id, Attendance.user_id) == [(21, 7), (21, 9)]
    assert rows_of(session, EventImage.id, EventImage.size, EventImage.file, EventImage.url) == [
        (4, "small", None, "https://joind.in/inc/img/x.png")
    ]
    assert rows_of(session, EventComment.id, EventComment.user_id, EventComment.is_hidden) == [
        (31, 9, False),
        (32, None, True),
    ]
    report = session.get(EventCommentReport, 2)
    assert (report.comment_id, report.reporter_id, report.decision, report.decider_id) == (32, 9, "approved", 7)
    assert (report.reported_at, report.decided_at) == (
        parse_instant("2012-06-01 10:00"),
        parse_instant("2012-06-02 10:00"),
    )
    assert rows_of(session, Track.id, Track.name, Track.talk_count) == [(41, "Web & more", 1)]
    given = session.get(Talk, 51)
    assert (given.slug, given.stub, given.type_id, given.language_id) == ("talk-51", "00033", 3, 3)
    # The speaker's own rating does not count, nor does the private comment.
    assert (given.comment_count, given.all_comment_count, given.rating_sum, given.rating_count) == (2, 3, 3, 1)
    assert given.star_count == 1
    assert rows_of(session, TalkSpeaker.id, TalkSpeaker.name, TalkSpeaker.user_id) == [
        (61, "Grace", 9),
        (62, "Ada", None),
    ]
    claim = session.get(TalkClaim, 3)
    assert (claim.talk_id, claim.speaker_id, claim.user_id) == (51, 62, 7)
    assert (claim.claimed_at, claim.host_approved_at) == (parse_instant("2012-05-04 09:00"), None)
    assert rows_of(session, talk_tracks.c.talk_id, talk_tracks.c.track_id) == [(51, 41), (52, 41)]
    assert rows_of(session, TalkLink.id, TalkLink.type, TalkLink.url) == [(71, "video_link", "https://video.example")]
    assert rows_of(session, TalkStar.talk_id, TalkStar.user_id) == [(51, 7)]
    assert rows_of(session, TalkComment.id, TalkComment.event_id, TalkComment.is_private) == [
        (81, 21, False),
        (82, 21, False),
        (83, 21, True),
    ]
    assert [drift for _number, drifts in verify_counters(session, fix=False) for drift in drifts] == []


@pytest.fixture(scope="module")
def dataset():
    if not DATASET.exists():
        if os.environ.get("CI"):
            raise RuntimeError(f"{DATASET.name} is missing")
        pytest.skip("the dataset is not beside the repository")
    return json.loads(DATASET.read_text())


@pytest.mark.slow("imports the reference installation three times")
def test_memory_file_and_database_give_the_same_rows(session, dataset, tmp_path):
    memory = run_import(session, dataset)
    from_memory = all_rows(session)
    clear(session)
    file = ImportRun(session, open_source(str(write_dump(tmp_path / "dump.json", dataset))))
    from_file = all_rows(session)
    clear(session)
    with legacy_database(dataset) as (address, _server):
        source = open_source(address)
        database = ImportRun(session, source)
        source.close()
    from_database = all_rows(session)

    assert memory.totals == file.totals == database.totals
    assert memory.totals == {"added": 4043, "excluded": 15}
    assert from_file == from_memory
    assert from_database == from_memory
    assert len(from_memory["attendances"]) == 1150


def clear(session):
    session.commit()
    empty_database()


def test_rights_on_talks_and_unconfirmed_hosts_are_left_out(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[user(1), user(2)],
            events=[event(1)],
            user_admin=[
                row(ID=1, uid=1, rid=1, rtype="event", rcode=""),
                row(ID=2, uid=2, rid=1, rtype="event", rcode="pending"),
                row(ID=3, uid=2, rid=1, rtype="talk", rcode=None),
            ],
        ),
    )

    assert rows_of(session, EventHost.id, EventHost.user_id) == [(1, 1)]
    assert moved.of("user_admin") == {"added": 1, "excluded": 2}
    assert moved.excluded == {"user_admin: rights on a talk": 1, "user_admin: unconfirmed hosts": 1}
    assert moved.issues == []


def test_rows_that_are_there_twice_become_one(session):
    twice = {"uid": 1, "rid": 1, "rtype": "event", "rcode": None}
    moved = run_import(
        session,
        legacy_tables(
            user=[user(1)],
            events=[event(1)],
            talks=[talk(1, 1)],
            talk_cat=[row(ID=1, talk_id=1, cat_id=3), row(ID=2, talk_id=1, cat_id=1)],
            user_admin=[row(ID=1, **twice), row(ID=2, **twice)],
            user_attend=[row(ID=1, uid=1, eid=1), row(ID=2, uid=1, eid=1)],
            user_talk_star=[row(ID=1, uid=1, tid=1), row(ID=1, uid=1, tid=1)],
            tags=[row(ID=1, tag_value="php"), row(ID=2, tag_value="PHP "), row(ID=3, tag_value="Php")],
            tags_events=[row(ID=1, event_id=1, tag_id=2), row(ID=2, event_id=1, tag_id=3)],
        ),
    )

    assert [
        moved.of(table) for table in ("user_admin", "user_attend", "user_talk_star", "tags_events", "talk_cat")
    ] == [{"added": 1, "merged": 1}] * 5
    assert moved.of("tags") == {"added": 1, "merged": 2}
    assert rows_of(session, EventHost.id) == [(1,)]
    assert rows_of(session, Tag.id, Tag.name) == [(1, "php")]
    assert rows_of(session, event_tags.c.id, event_tags.c.tag_id) == [(1, 1)]
    assert session.get(Talk, 1).type_id == 3
    assert session.get(Event, 1).attendee_count == 1
    assert moved.issues == []


def test_rows_without_a_user_are_anonymous_and_unknown_users_are_reported(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[user(1)],
            events=[event(1, reviewer_id=99)],
            talks=[talk(1, 1)],
            talk_cat=[row(ID=1, talk_id=1, cat_id=1)],
            event_comments=[event_comment(1, 1, user_id=0), event_comment(2, 1, user_id=99)],
            talk_comments=[talk_comment(1, 1, user_id=0), talk_comment(2, 1, user_id=99)],
            talk_speaker=[speaker(1, 1, speaker_id=0), speaker(2, 1, speaker_id=99)],
            oauth_consumers=[client(1, "web2", user_id=99)],
            oauth_access_tokens=[token(1, "a", 1, key="gone"), token(2, "b", 99)],
        ),
    )

    assert rows_of(session, EventComment.id, EventComment.user_id) == [(1, None), (2, None)]
    assert rows_of(session, TalkComment.id, TalkComment.user_id) == [(1, None), (2, None)]
    assert rows_of(session, TalkSpeaker.id, TalkSpeaker.user_id) == [(1, None), (2, None)]
    assert rows_of(session, AccessToken.id, AccessToken.client_id) == [(1, None)]
    assert moved.issues == [
        "oauth_consumers 1: orphan: owner_id 99 is not there",
        "oauth_access_tokens 2: orphan: user_id 99 is not there",
        "oauth_access_tokens 1: orphan: the application 'gone' is not there",
        "events 1: orphan: reviewer_id 99 is not there",
        "event_comments 2: orphan: user_id 99 is not there",
        "talk_speaker 2: orphan: user_id 99 is not there",
        "talk_comments 2: orphan: user_id 99 is not there",
    ]
    assert moved.totals == {"added": 17, "orphans": 1, "repaired": 6}


def test_rows_of_what_is_not_there_are_orphans(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[user(1)],
            events=[event(1)],
            talks=[talk(1, 99), talk(2, None)],
            talk_cat=[row(ID=1, talk_id=1, cat_id=1)],
            user_attend=[row(ID=1, uid=99, eid=1), row(ID=2, uid=1, eid=99), row(ID=3, uid=0, eid=1)],
            event_comments=[event_comment(1, 99)],
            talk_comments=[talk_comment(1, 1)],
            tags_events=[row(ID=1, event_id=1, tag_id=99)],
        ),
    )

    assert moved.issues == [
        "tags_events 1: orphan: tag_id 99 is not there",
        "user_attend 2: orphan: event_id 99 is not there",
        "user_attend 1: orphan: user_id 99 is not there",
        "user_attend 3: orphan: user_id is missing",
        "event_comments 1: orphan: event_id 99 is not there",
        "talks 1: orphan: event_id 99 is not there",
        "talks 2: orphan: event_id is missing",
        "talk_cat: orphan: talk_id 1 is not there",
        "talk_comments 1: orphan: talk_id 1 is not there",
    ]
    assert moved.totals == {"added": 7, "orphans": 9}
    assert rows_of(session, Talk.id) == rows_of(session, Attendance.user_id) == []


def test_broken_rows_are_named_and_do_not_take_others_with_them(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[user("x"), user(1), user(2, admin="much")],
            events=[
                event(1, event_start="soon"),
                event(2, event_start="999999999999999"),
                event(3, event_start=0, event_end=0),
                event(4),
            ],
            event_comments=[event_comment(1, 4, rating="good"), event_comment(2, 4)],
            talk_comments=[],
            tags=[row(ID=1, tag_value=" ")],
            talk_links=[],
        ),
    )

    assert moved.issues == [
        "user: id is not a number: 'x'",
        "user 2: admin is not a number: 'much'",
        "events 1: event_start is not a number: 'soon'",
        "events 2: event_start is invalid: 999999999999999",
        "events 3: it has no dates",
        "tags 1: it has no name",
        "event_comments 1: rating is not a number: 'good'",
    ]
    assert [moved.of(table) for table in ("user", "events", "tags", "event_comments")] == [
        {"added": 1, "skipped": 2},
        {"added": 1, "skipped": 3},
        {"skipped": 1},
        {"added": 1, "skipped": 1},
    ]
    assert rows_of(session, Event.id) == [(4,)]


def test_a_talk_without_type_or_language_is_an_ordinary_one(session):
    moved = run_import(
        session,
        legacy_tables(
            events=[event(1)],
            talks=[talk(1, 1), talk(2, 1, lang=0), talk(3, 1, lang=77), talk(4, 1)],
            talk_cat=[
                row(ID=1, talk_id=2, cat_id=3),
                row(ID=2, talk_id=3, cat_id=3),
                row(ID=3, talk_id=4, cat_id=88),
                row(ID=4, talk_id=None, cat_id=1),
            ],
        ),
    )

    shown = select(Talk.id, Language.name, TalkType.title).join(Talk.language).join(Talk.type).order_by(Talk.id)
    assert [tuple(row) for row in session.execute(shown)] == [
        (1, "English - UK", "Talk"),
        (2, "English - UK", "Keynote"),
        (3, "English - UK", "Keynote"),
        (4, "English - UK", "Talk"),
    ]
    assert sorted(moved.issues) == [
        "talk_cat 4: it has no talk or no category",
        "talks 1: type_id is missing",
        "talks 2: language_id is missing",
        "talks 3: language_id 77 is not there",
        "talks 4: type_id 88 is not there",
    ]
    assert moved.of("talks") == {"added": 4, "repaired": 4}


def test_languages_and_types_of_the_same_name_become_one_and_missing_ones_are_added(session):
    run_import(
        session,
        legacy_tables(
            lang=[*LANGUAGES, row(ID=12, lang_name="deutsch ", lang_abbr="xx"), row(ID=30, lang_name="Suomi", lang_abbr="fi")],
            categories=[*CATEGORIES, row(ID=8, cat_title="KEYNOTE", cat_desc="")],
            events=[event(1)],
            talks=[talk(1, 1, lang=12), talk(2, 1, lang=30)],
            talk_cat=[row(ID=1, talk_id=1, cat_id=8), row(ID=2, talk_id=2, cat_id=8)],
        ),
    )  # fmt: skip

    assert rows_of(session, Talk.id, Talk.language_id, Talk.type_id) == [(1, 3, 3), (2, 30, 3)]
    assert rows_of(session, Language.id, Language.name)[:4] == [
        (1, "English - US"),
        (2, "English - UK"),
        (3, "Deutsch"),
        (30, "Suomi"),
    ]
    assert session.scalars(select(Language.name).where(Language.id > 30).order_by(Language.id)).all() == [
        "Nederlands", "Francais", "Espanol", "Polish", "Finnish", "Brazilian Portuguese",
    ]  # fmt: skip
    assert session.scalars(select(TalkType.title).where(TalkType.id > 8).order_by(TalkType.id)).all() == [
        "Social Event", "Workshop", "Event Related",
    ]  # fmt: skip


def test_dates_that_are_unknown_are_those_of_what_the_row_belongs_to(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[user(1)],
            oauth_consumers=[client(1, "web2", created_date="0000-00-00 00:00:00")],
            events=[event(1)],
            event_comments=[event_comment(1, 1, date_made=0)],
            talks=[talk(1, 1, date_given=None)],
            talk_cat=[row(ID=1, talk_id=1, cat_id=1)],
            talk_comments=[talk_comment(1, 1, created_at=None)],
        ),
    )

    assert session.get(Client, 1).created_at == NOW
    begins = parse_instant("2012-05-04 09:00")
    assert session.get(EventComment, 1).created_at == session.get(Talk, 1).starts_at == begins
    assert session.get(TalkComment, 1).created_at == begins
    assert moved.issues == [
        "oauth_consumers 1: created_at is unknown",
        "event_comments 1: created_at is unknown",
        "talks 1: starts_at is unknown",
        "talk_comments 1: created_at is unknown",
    ]


def test_tables_that_the_installation_does_not_have_are_empty(session):
    moved = run_import(session, {"user": [user(1)], "events": [event(1)]})

    assert moved.totals == {"added": 2}
    assert rows_of(session, User.id) == rows_of(session, Event.id) == [(1,)]


def test_an_application_whose_key_is_taken_is_skipped(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[user(1)],
            oauth_consumers=[client(1, "web2"), client(2, "web2"), client(3, "")],
            oauth_access_tokens=[token(1, "a", 1), token(2, "a", 1), token(3, "", 1)],
        ),
    )

    assert rows_of(session, Client.id, Client.key) == [(1, "web2")]
    assert moved.issues == [
        "oauth_consumers 3: it has no key",
        "oauth_consumers 2: another application has this key",
        "oauth_access_tokens 3: it has no token",
    ]
    assert (moved.of("oauth_consumers"), moved.of("oauth_access_tokens")) == (
        {"added": 1, "skipped": 2},
        {"added": 1, "merged": 1, "skipped": 1},
    )


def test_an_image_whose_event_has_one_of_that_size_is_merged(session):
    image = {"event_id": 1, "type": "small", "width": 90, "height": None}
    moved = run_import(
        session,
        legacy_tables(
            events=[event(1, event_icon="old.png")],
            event_images=[row(id=1, url="https://a.example/1", **image), row(id=2, url="https://a.example/2", **image)],
        ),
    )

    assert rows_of(session, EventImage.id, EventImage.url, EventImage.height) == [(1, "https://a.example/1", None)]
    assert moved.of("event_images") == {"added": 1, "merged": 1}
    # The name of the first upload is that of a file that may be there.
    assert session.get(Event, 1).image_generation == 1


def test_events_with_empty_names_get_slugs_of_their_own(session):
    run = run_import(
        session,
        legacy_tables(
            events=[
                event(1, "Conf", url_friendly_name="", event_stub=""),
                event(2, "Conf", url_friendly_name="", event_stub=""),
            ]
        ),
    )

    assert run.of("events") == {"added": 2}
    assert rows_of(session, Event.id, Event.slug, Event.stub) == [(1, "conf", None), (2, "conf-2012", None)]


def test_an_imported_application_with_an_empty_secret_gets_no_tokens(session, api):
    run_import(
        session, legacy_tables(user=[user(1, "ada")], oauth_consumers=[client(1, "app", consumer_secret="", user_id=1)])
    )
    body = {
        "grant_type": "password",
        "username": "ada",
        "password": "password",
        "client_id": "app",
        "client_secret": "",
    }

    reply = api.post("/v2.1/token", json=body)

    assert reply.status_code == 403
    assert rows_of(session, AccessToken.id) == []
