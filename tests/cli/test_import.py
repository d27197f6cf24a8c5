import os
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from joindin.cli.imports import imports, store_batch
from joindin.extensions import db
from joindin.imports.conferences.files import read_conferences
from joindin.imports.conferences.map_events import make_listing
from joindin.models import Event, EventHost, EventSource, Mail, Tag, event_tags
from joindin.operations.events import tag_event
from tests.factories import make_event, parse_instant
from tests.imports.conferences.listings import REAL_DATA, listing, online_listing, write_listings

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)


@pytest.fixture
def run(app, session):
    """Run the command, and expire the session afterwards."""

    def run_import(*arguments):
        session.commit()
        result = app.test_cli_runner().invoke(imports, ["conferences", *map(str, arguments)])
        session.rollback()
        session.expire_all()
        return result

    return run_import


def outcomes(result):
    """Return the summary's numbers of events: created, updated, unchanged, kept, merged, skipped."""
    told = dict(re.findall(r"^  (\S.*?) {2,}(\d+)$", result.stdout, re.MULTILINE))
    names = ("created", "updated", "unchanged", "kept as edited here", "merged into another", "skipped")
    return [int(told[name]) for name in names]


def tags_of(session, event):
    return sorted(session.scalars(select(Tag.name).join(event_tags).where(event_tags.c.event_id == event.id)))


def the_event(session, name="PumpkinConf"):
    return session.scalars(select(Event).where(Event.name == name)).one()


def names_of_events(session):
    return session.scalars(select(Event.name).order_by(Event.id)).all()


def test_a_listing_becomes_an_approved_event_without_a_host(run, session, tmp_path):
    write_listings(
        tmp_path,
        "2031/php",
        [listing("Pümpkin Conf", twitter="@pumpkin", cfpUrl="https://p.example/cfp", cfpEndDate="2031-02-01")],
    )
    write_listings(tmp_path, "2031/css", [listing("Pümpkin Conf", online=True)])

    result = run(tmp_path)

    event = the_event(session, "Pümpkin Conf")
    assert (result.exit_code, outcomes(result)) == (0, [1, 0, 0, 0, 1, 0])
    assert (event.is_visible, event.is_pending, event.reviewer_id) == (True, None, None)
    assert (event.slug, event.stub, event.name_key) == ("pumpkin-conf", "pumpkinconf2031", "pumpkin conf")
    assert (event.starts_at, event.ends_at) == (
        parse_instant("2031-05-05T22:00:00"),
        parse_instant("2031-05-08T21:59:59"),
    )
    assert (event.timezone, event.start_day) == ("Europe/Berlin", 22404)
    assert (round(event.latitude), round(event.longitude)) == (53, 13)
    assert (event.location, event.href, event.hashtag) == (
        "Berlin, Germany and online",
        "https://pumpkin.example",
        "#pumpkin",
    )
    assert (event.cfp_url, event.cfp_starts_at, event.cfp_ends_at) == (
        "https://p.example/cfp",
        parse_instant("2030-08-04T22:00:00"),
        parse_instant("2031-02-01T22:59:59"),
    )
    assert tags_of(session, event) == ["css", "online", "php"]
    assert session.scalars(select(EventHost)).all() + session.scalars(select(Mail)).all() == []


def test_an_imported_event_is_found_like_any_other(run, api, tmp_path):
    write_listings(tmp_path, "2031/php", [listing(), online_listing()])

    run(tmp_path)

    reply = api.get("/v2.1/events?tags[]=online&filter=upcoming&verbose=yes")
    assert reply.status_code == 200
    assert [(e["name"], e["location"], e["stub"], e["tags"]) for e in reply.json["events"]] == [
        ("CloudConf", "online", "cloudconf2031", ["online", "php"])
    ]


def test_events_of_one_name_get_slugs_and_stubs_of_their_own(run, session, tmp_path):
    make_event(session, "Anything", slug="pumpkinconf", stub="PumpkinConf2031")
    days = ["2031-05-06", "2031-06-06", "2032-05-06"]
    namesakes = [listing(startDate=day, endDate=day) for day in days] + [listing(city="Hamburg")]
    write_listings(tmp_path, "2031/php", [*namesakes, listing("日本 2031"), listing("!!!"), listing("x" * 200)])

    run(tmp_path)

    made = session.execute(select(Event.slug, Event.stub).where(Event.name == "PumpkinConf").order_by(Event.id)).all()
    assert made == [
        ("pumpkinconf-2031", "pumpkinconf203105"),
        ("pumpkinconf-2031-05", "pumpkinconf20310506"),
        ("pumpkinconf-2031-06", "pumpkinconf203106"),
        ("pumpkinconf-2032", "pumpkinconf2032"),
    ]
    others = select(Event.slug, Event.stub).where(Event.name.in_(["日本 2031", "!!!", "x" * 200])).order_by(Event.slug)
    assert session.execute(others).all() == [
        ("event", "event2031"),
        ("ri-ben-2031", "riben2031"),
        ("x" * 200, f"{'x' * 26}2031"),
    ]


def test_the_second_run_writes_nothing(run, session, tmp_path, count_statements):
    write_listings(tmp_path, "2031/php", [listing(), online_listing(), listing("OtherConf", city="Nowheresville")])
    run(tmp_path)
    versions = session.scalars(select(Event.version).order_by(Event.id)).all()

    with count_statements() as seen:
        result = run(tmp_path)

    assert outcomes(result) == [0, 0, 3, 0, 0, 0]
    assert [statement for statement in seen if WRITES.match(statement)] == []
    assert session.scalars(select(Event.version).order_by(Event.id)).all() == versions


def test_the_statements_do_not_grow_with_the_listings(run, session, tmp_path, count_statements):
    counts = []
    for number in (1, 30):
        write_listings(tmp_path, f"{number}/php", [listing(f"Conf {number} {n}") for n in range(number)])
        with count_statements() as seen:
            run(tmp_path / str(number))
        counts.append(len([statement for statement in seen if WRITES.match(statement)]))
        session.execute(Tag.__table__.delete())

    assert counts == [4, 4]


def test_the_event_follows_its_listing(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing(), online_listing()])
    run(tmp_path)
    slug, version = the_event(session).slug, the_event(session).version
    unchanged_version = the_event(session, "CloudConf").version
    changed = listing(
        "PUMPKINconf",
        startDate="2031-05-10",
        endDate="2031-05-10",
        url="https://new.example",
        twitter="pumpkin",
        cfpUrl="https://new.example/cfp",
        cfpEndDate="2031-01-01",
        online=True,
    )
    write_listings(tmp_path, "2031/php", [changed, online_listing()])

    result = run(tmp_path)

    event = the_event(session, "PUMPKINconf")
    assert outcomes(result) == [0, 1, 1, 0, 0, 0]
    assert (event.starts_at, event.start_day, event.slug) == (parse_instant("2031-05-09T22:00:00"), 22408, slug)
    assert (event.href, event.hashtag, event.cfp_url) == ("https://new.example", "#pumpkin", "https://new.example/cfp")
    assert event.location == "Berlin, Germany and online"
    assert tags_of(session, event) == ["online", "php"]
    assert event.version > version
    assert the_event(session, "CloudConf").version == unchanged_version
    assert outcomes(run(tmp_path)) == [0, 0, 2, 0, 0, 0]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "KürbisConf"},
        {"city": "Denver, CO", "country": "U.S.A."},
        {"startDate": "2031-09-06", "endDate": "2031-09-08"},
    ],
)
def test_a_listing_that_is_renamed_moved_or_put_off_stays_one_event(run, session, tmp_path, changes):
    write_listings(tmp_path, "2031/php", [listing(), online_listing()])
    run(tmp_path)
    event_id = the_event(session).id
    write_listings(tmp_path, "2031/php", [listing(**changes), online_listing()])

    result = run(tmp_path)

    event = session.get(Event, event_id)
    assert outcomes(result) == [0, 1, 1, 0, 0, 0]
    assert (event.name, event.location) == (
        changes.get("name", "PumpkinConf"),
        f"{changes.get('city', 'Berlin')}, {changes.get('country', 'Germany')}",
    )
    assert event.starts_at.month == (9 if "startDate" in changes else 5)
    assert outcomes(run(tmp_path)) == [0, 0, 2, 0, 0, 0]


def test_a_listing_unlike_the_one_that_has_gone_is_a_new_event(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])
    run(tmp_path)
    write_listings(tmp_path, "2031/php", [listing(city="Hamburg", url="https://elsewhere.example")])

    result = run(tmp_path)

    assert outcomes(result) == [1, 0, 0, 0, 0, 0]
    assert names_of_events(session) == ["PumpkinConf", "PumpkinConf"]


def test_next_years_listing_is_a_new_event_when_this_years_has_gone(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])
    run(tmp_path)
    write_listings(tmp_path, "2031/php", [])
    write_listings(tmp_path, "2032/php", [listing(startDate="2032-05-06", endDate="2032-05-08")])

    result = run(tmp_path)

    assert outcomes(result) == [1, 0, 0, 0, 0, 0]
    assert names_of_events(session) == ["PumpkinConf", "PumpkinConf"]


def test_edited_fields_are_kept_and_the_others_are_updated(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])
    run(tmp_path)
    event = the_event(session)
    event.location = "The old pumpkin mill"
    event.is_active = False
    tag_event(session, event, ["pumpkins"])
    write_listings(tmp_path, "2031/php", [listing(online=True, url="https://new.example")])

    result = run(tmp_path)

    event = the_event(session)
    assert outcomes(result) == [0, 1, 0, 0, 0, 0]
    assert (event.location, event.href, event.is_active) == ("The old pumpkin mill", "https://new.example", False)
    assert tags_of(session, event) == ["pumpkins"]


def test_a_call_that_closes_later_is_extended(run, session, tmp_path):
    call = {"cfpUrl": "https://p.example/cfp"}
    write_listings(tmp_path, "2031/php", [listing(**call, cfpEndDate="2031-02-01")])
    run(tmp_path)
    first = the_event(session)
    former = first.cfp_ends_at, first.cfp_former_ends_at
    write_listings(tmp_path, "2031/php", [listing(**call, cfpEndDate="2031-02-20")])
    run(tmp_path)

    event = the_event(session)
    assert (event.cfp_former_ends_at, former[1]) == (former[0], None)
    assert event.approved_at is not None


def test_a_change_of_what_was_edited_here_is_not_taken(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])
    run(tmp_path)
    event = the_event(session)
    event.href = "https://ours.example"
    session.commit()
    version = event.version
    write_listings(tmp_path, "2031/php", [listing(url="https://new.example")])

    result = run(tmp_path)

    event = the_event(session)
    assert outcomes(result) == [0, 0, 0, 1, 0, 0]
    assert (event.href, event.version) == ("https://ours.example", version)
    assert outcomes(run(tmp_path)) == [0, 0, 1, 0, 0, 0]


def test_a_topic_that_no_longer_lists_the_conference_takes_its_tag_away(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])
    write_listings(tmp_path, "2031/css", [listing()])
    run(tmp_path)
    write_listings(tmp_path, "2031/css", [])

    result = run(tmp_path)

    assert outcomes(result) == [0, 1, 0, 0, 0, 0]
    assert tags_of(session, the_event(session)) == ["php"]


def test_a_file_that_is_not_read_this_time_keeps_its_tag(run, session, tmp_path):
    write_listings(tmp_path, "2031/css", [listing()])
    php = write_listings(tmp_path, "2031/php", [listing()])
    data = write_listings(tmp_path, "2031/data", [listing()])
    run(php, tmp_path / "2031" / "css.json")

    first, second = run(php), run(data)

    assert outcomes(first) == [0, 0, 1, 0, 0, 0]
    assert outcomes(second) == [0, 1, 0, 0, 0, 0]
    assert tags_of(session, the_event(session)) == ["css", "data", "php"]


def test_an_event_deleted_here_comes_back(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])
    run(tmp_path)
    session.execute(Event.__table__.delete())

    result = run(tmp_path)

    assert outcomes(result) == [1, 0, 0, 0, 0, 0]
    assert len(session.scalars(select(EventSource)).all()) == 1


def test_a_place_that_is_not_found_is_reported(run, tmp_path):
    write_listings(tmp_path, "2031/php", [listing(name="DeepConf", city="Atlantis", country="Nowhere")])

    result = run(tmp_path, "--verbose")

    assert "  place unknown, in UTC                               1\n" in result.stdout
    assert result.stderr == "DeepConf: place unknown, in UTC\n"


def test_bad_listings_and_files_stop_nothing_and_are_counted_by_reason(run, session, tmp_path):
    bad = write_listings(tmp_path, "2030/css", "[")
    php = write_listings(tmp_path, "2031/php", [listing(endDate="2031-05-01"), listing(url="x"), 7, online_listing()])

    result = run(tmp_path, "--verbose")

    assert result.exit_code == 0
    assert names_of_events(session) == ["CloudConf", "PumpkinConf"]
    assert re.sub(r"\S+ s, .*", "… s", result.stdout) == (
        "4 listings read from 1 files, 2 conferences\n"
        "  created                                             2\n"
        "  updated                                             0\n"
        "  unchanged                                           0\n"
        "  kept as edited here                                 0\n"
        "  merged into another                                 0\n"
        "  skipped                                             2\n"
        "    ends before it starts                             1\n"
        "    is not a listing                                  1\n"
        "  files skipped                                       1\n"
        "    is not JSON                                       1\n"
        "  fields dropped                                      1\n"
        "    url is not a web address                          1\n"
        "  zone of the city                                    1\n"
        "  zone of the state, city unknown                     0\n"
        "  zone of the capital, city unknown                   0\n"
        "  online, in UTC                                      1\n"
        "  place unknown, in UTC                               0\n"
        "… s\n"
    )
    assert result.stderr == (
        f"{bad}: is not JSON\n"
        f"{php}[0]: ends before it starts\n"
        f"{php}[2]: is not a listing\n"
        f"{php}[1]: url is not a web address\n"
    )


def test_places_are_counted_by_how_their_zone_was_found(run, tmp_path):
    places = [
        listing(city="Nowheresville"),
        listing(city="Walker Creek Ranch, CA", country="U.S.A."),
        listing(city=None, country=None),
    ]
    write_listings(tmp_path, "2031/php", places)

    result = run(tmp_path)

    assert re.findall(r"^  ((?:zone|place|online).*?) +(\d+)$", result.stdout, re.MULTILINE) == [
        ("zone of the city", "0"),
        ("zone of the state, city unknown", "1"),
        ("zone of the capital, city unknown", "1"),
        ("online, in UTC", "0"),
        ("place unknown, in UTC", "1"),
    ]


def test_progress_is_shown_when_asked_for(run, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])

    quiet, loud = run(tmp_path), run(tmp_path, "--progress")

    assert quiet.stderr == ""
    assert "Finding places" in loud.stderr
    assert "Storing events" in loud.stderr


def test_a_path_that_does_not_exist_is_refused_before_anything_is_stored(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing()])

    result = run(tmp_path, tmp_path / "2032")

    assert (result.exit_code, result.stderr) == (1, f"Error: {tmp_path / '2032'} does not exist\n")
    assert names_of_events(session) == []


@pytest.mark.parametrize("content", ["nonsense", "[]"])
def test_nothing_to_read_is_a_failure(run, tmp_path, content):
    file = write_listings(tmp_path, "2031/php", content)

    result = run(file)

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "Error: There is nothing to read"


def read_listings(folder):
    reading = read_conferences([folder])
    return [make_listing(c.record, c.files)[0] for c in reading.conferences], reading.files


def test_an_import_cut_short_is_completed_by_the_next(run, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing(f"Conf {n}") for n in range(6)])
    listings, files = read_listings(tmp_path)
    store_batch(listings[:2], files=files, old_keys={})

    result = run(tmp_path)

    assert outcomes(result) == [4, 0, 2, 0, 0, 0]
    assert names_of_events(session) == [f"Conf {n}" for n in range(6)]


def test_a_listing_that_the_database_refuses_does_not_stop_the_batch(app, session, tmp_path, capsys):
    write_listings(tmp_path, "2031/php", [listing(f"Conf {n}") for n in range(3)])
    listings, files = read_listings(tmp_path)
    listings[1].fields["description"] = None

    stored = store_batch(listings, files=files, old_keys={})

    assert stored == ["created", "refused", "created"]
    assert names_of_events(session) == ["Conf 0", "Conf 2"]
    assert capsys.readouterr().err == "conf 1|2031-05|berlin, de: refused by the database\n"


def test_two_imports_at_once_make_each_event_once(app, session, tmp_path):
    write_listings(tmp_path, "2031/php", [listing(f"Conf {n:03}") for n in range(300)])
    listings, files = read_listings(tmp_path)
    start = Barrier(4)

    def store(_number):
        with app.app_context():
            start.wait()
            batches = (listings[first : first + 50] for first in range(0, 300, 50))
            done = [outcome for batch in batches for outcome in store_batch(batch, files=files, old_keys={})]
            db.session.remove()
            return done

    with ThreadPoolExecutor(4) as threads:
        stored = list(threads.map(store, range(4)))

    assert names_of_events(session) == [f"Conf {n:03}" for n in range(300)]
    assert [sorted(of_each) for of_each in zip(*stored)] == [["created", "unchanged", "unchanged", "unchanged"]] * 300


@pytest.mark.slow("imports 6,000 events, twice")
@pytest.mark.runs_once("the other tests import on both databases")
def test_all_the_real_listings_are_imported_and_the_second_run_changes_nothing(run, session, count_statements):
    if not REAL_DATA.is_dir():
        assert not os.environ.get("CI"), "the conference data is not there"
        pytest.skip("the conference data is not there")

    first = run(REAL_DATA)
    with count_statements() as seen:
        second = run(REAL_DATA)

    assert first.stdout.splitlines()[0] == "6831 listings read from 302 files, 6006 conferences"
    assert (outcomes(first), outcomes(second)) == ([6006, 0, 0, 0, 825, 0], [0, 0, 6006, 0, 825, 0])
    assert [statement for statement in seen if WRITES.match(statement)] == []
    zones = dict(session.execute(select(Event.slug, Event.timezone)).all())
    sample = {
        "jsconf-eu-2018": "Europe/Berlin",
        "southern-dev": "America/New_York",
        "big-sky-dev-con-2025": "America/Denver",
        "devopsdays-salvador": "America/Bahia",
        "ios-conf-sg-2021": "Asia/Singapore",
    }
    assert {slug: zones[slug] for slug in sample} == sample
