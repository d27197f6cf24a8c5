import datetime as dt

import pytest

from joindin.imports.conferences.files import list_files, read_conferences
from joindin.imports.conferences.map_events import identify_record, make_listing
from joindin.imports.conferences.records import ConferenceRecord, InvalidRecord, merge_records, parse_record
from joindin.utils.datetimes import UTC
from tests.factories import parse_instant
from tests.imports.conferences.listings import listing, online_listing, write_listings


def event_of(raw):
    record, _dropped = parse_record(raw)
    return make_listing(record, {"2031/php.json": "php"})[0]


def key_of(raw):
    return identify_record(parse_record(raw)[0])[0]


def test_a_listing_is_cleaned():
    raw = listing(
        "  Pumpkin  <b>Conf</b>\u0000 ",
        online=True,
        cfpUrl="https://pumpkin.example/cfp",
        cfpEndDate="2031-02-01",
        cocUrl="https://pumpkin.example/coc",
        locales="EN, de,EN",
        offersSignLanguageOrCC=True,
        twitter="@@pumpkinconf",
        mastodon="@pumpkin@social.example",
        bluesky="@pumpkin.example",
    )

    record, dropped = parse_record(raw)

    assert dropped == []
    assert record == ConferenceRecord(
        name="Pumpkin Conf",
        starts_on=dt.date(2031, 5, 6),
        ends_on=dt.date(2031, 5, 8),
        online=True,
        city="Berlin",
        country="Germany",
        url="https://pumpkin.example",
        cfp_url="https://pumpkin.example/cfp",
        cfp_ends_on=dt.date(2031, 2, 1),
        code_of_conduct_url="https://pumpkin.example/coc",
        languages=("EN", "DE"),
        has_captions=True,
        twitter="pumpkinconf",
        mastodon="pumpkin@social.example",
        bluesky="pumpkin.example",
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("PumpkinConf", "is not a listing"),
        (None, "is not a listing"),
        (listing(None), "has no name"),
        (listing("  "), "has no name"),
        (listing("<br></br>"), "has no name"),
        (listing(7), "has no name"),
        (listing("x" * 201), "has a name longer than 200 characters"),
        (listing("<!--" * 1_000_000), "has a name longer than 200 characters"),
        (listing(startDate=None), "has no valid start date"),
        (listing(startDate="2031-02-30"), "has no valid start date"),
        (listing(startDate="20310506"), "has no valid start date"),
        (listing(startDate="0001-01-01"), "has no valid start date"),
        (listing(startDate=20310506), "has no valid start date"),
        (listing(endDate="soon"), "has no valid end date"),
        (listing(endDate="2031-05-05"), "ends before it starts"),
        (listing(endDate="2033-05-05"), "lasts longer than a year"),
    ],
)
def test_a_listing_that_makes_no_sense_is_refused_with_a_reason(raw, reason):
    with pytest.raises(InvalidRecord) as refused:
        parse_record(raw)

    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("url", "javascript:alert(1)", "url is not a web address"),
        ("url", f"https://pumpkin.example/{'x' * 600}", "url is not a web address"),
        ("cfpUrl", "In the sign-up form", "cfpUrl is not a web address"),
        ("cocUrl", ["https://pumpkin.example"], "cocUrl is not text"),
        ("cfpEndDate", "2031-13-01", "cfpEndDate is not a date"),
        ("cfpEndDate", "2031-05-09", "cfpEndDate is after the end"),
        ("city", "B" * 101, "city is too long"),
        ("city", "B" * 3000, "city is too long"),
        ("twitter", "@pumpkin.conf", "twitter is not an account name"),
        ("mastodon", "@pumpkin", "mastodon is not an account name"),
        ("bluesky", "pumpkin", "bluesky is not an account name"),
        ("locales", "EN,German", "locales are not language codes"),
        ("locales", {"EN": True}, "locales is not text"),
    ],
)
def test_a_field_that_makes_no_sense_is_dropped_with_a_reason(field, value, reason):
    without, _ = parse_record(listing(**{field: None}))

    record, dropped = parse_record(listing(**{field: value}))

    assert (record, dropped) == (without, [reason])


def test_a_bare_host_name_is_completed_to_a_web_address():
    record, dropped = parse_record(listing(url="pumpkin.example/2031"))

    assert (record.url, dropped) == ("https://pumpkin.example/2031", [])


def test_a_listing_without_an_end_ends_on_the_day_it_starts():
    record, dropped = parse_record(listing(endDate=None))

    assert record.ends_on == dt.date(2031, 5, 6)
    assert dropped == ["endDate is missing: ends on the day it starts"]


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("c't <webdev>", "c't webdev"),
        ("<CODE/CRAFTS>", "CODE/CRAFTS"),
        ("iterate=>RUHR", "iterate=>RUHR"),
        ("Fish & <i>Chips</i> &amp; Code", "Fish & Chips &amp; Code"),
        ('<img src="x" onerror="y">Conf', "Conf"),
    ],
)
def test_words_in_angle_brackets_stay_and_tags_go(name, cleaned):
    assert parse_record(listing(name))[0].name == cleaned


def test_a_space_in_an_address_is_escaped():
    record, _ = parse_record(listing(url="https://pumpkin.example/Austin, TX"))

    assert record.url == "https://pumpkin.example/Austin,%20TX"


def test_the_first_record_is_right_and_the_second_fills_the_gaps():
    first = parse_record(listing(twitter="first"))[0]
    second = parse_record(listing(twitter="second", endDate="2031-05-07", mastodon="a@b.example", online=True))[0]

    filled = merge_records(first, second)

    assert (filled.twitter, filled.ends_on, filled.mastodon, filled.online) == (
        "first",
        dt.date(2031, 5, 8),
        "a@b.example",
        True,
    )


def test_days_are_those_of_the_place():
    event = event_of(listing(city="Aurora, CO", country="U.S.A."))

    assert {name: event.fields[name] for name in ("starts_at", "ends_at", "timezone")} == {
        "starts_at": parse_instant("2031-05-06T06:00:00"),
        "ends_at": parse_instant("2031-05-09T05:59:59"),
        "timezone": "America/Denver",
    }


def test_a_call_for_papers_lasts_half_a_year_and_all_of_its_last_day():
    event = event_of(listing(cfpUrl="https://pumpkin.example/cfp", cfpEndDate="2031-01-31"))

    assert {name: event.fields[name] for name in ("cfp_url", "cfp_starts_at", "cfp_ends_at")} == {
        "cfp_url": "https://pumpkin.example/cfp",
        "cfp_starts_at": dt.datetime(2030, 8, 3, 22, tzinfo=UTC),
        "cfp_ends_at": dt.datetime(2031, 1, 31, 22, 59, 59, tzinfo=UTC),
    }


def test_a_call_for_papers_without_an_end_has_no_times():
    event = event_of(listing(cfpUrl="https://pumpkin.example/cfp"))

    assert [event.fields[name] for name in ("cfp_url", "cfp_starts_at", "cfp_ends_at")] == [
        "https://pumpkin.example/cfp",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("raw", "location", "tags"),
    [
        (listing(), "Berlin, Germany", ()),
        (listing(online=True), "Berlin, Germany and online", ("online",)),
        (online_listing(), "online", ("online",)),
        (listing(city=None, online=False), "Germany", ()),
        (listing(city=None, country=None), None, ()),
    ],
)
def test_the_location_is_the_city_or_online_or_both(raw, location, tags):
    event = event_of(raw)

    assert (event.fields["location"], event.tags) == (location, tags)


def test_the_description_tells_all_facts_in_sentences():
    event = event_of(
        listing(
            online=True,
            locales="EN,DE,XX",
            offersSignLanguageOrCC=True,
            twitter="@pumpkin",
            mastodon="@pumpkin@social.example",
            bluesky="pumpkin.example",
            cocUrl="https://pumpkin.example/coc",
        )
    )

    assert event.fields["description"] == (
        "A conference from 6 to 8 May 2031 in Berlin, Germany and online. Held in English, German and XX. "
        "There is sign language or captioning. News from @pumpkin on Twitter, @pumpkin@social.example on Mastodon "
        "and @pumpkin.example on Bluesky.\n\nCode of conduct: https://pumpkin.example/coc"
    )
    assert event.fields["hashtag"] == "#pumpkin"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2031-05-06", "2031-05-06", "A conference on 6 May 2031 in Boston, MA, U.S.A."),
        ("2031-04-30", "2031-05-02", "A conference from 30 April to 2 May 2031 in Boston, MA, U.S.A."),
        ("2030-12-30", "2031-01-02", "A conference from 30 December 2030 to 2 January 2031 in Boston, MA, U.S.A."),
    ],
)
def test_the_description_says_the_days_as_people_do(first, last, said):
    event = event_of(listing(startDate=first, endDate=last, city="Boston, MA", country="U.S.A."))

    assert event.fields["description"] == said


@pytest.mark.parametrize(
    "same",
    [
        listing("PUMPKINCÖNF"),
        listing(url="https://elsewhere.example"),
        listing(startDate="2031-05-07"),
        listing(country="DE"),
        listing(online=True),
    ],
)
def test_listings_of_one_conference_have_one_key(same):
    assert key_of(same) == key_of(listing()) == "pumpkinconf|2031-05|berlin, de"


def test_listings_of_different_conferences_have_different_keys():
    different = [
        listing(),
        listing("PumpkinConf 2"),
        listing(city="Hamburg"),
        listing(country="U.S.A."),
        listing(startDate="2031-04-06"),
        listing(startDate="2030-05-06", endDate="2030-05-08"),
        online_listing("PumpkinConf"),
        listing("x" * 200, city="B" * 100),
        listing("x" * 200, city="B" * 99 + "C"),
    ]

    keys = {key_of(raw) for raw in different}

    assert len(keys) == len(different)
    assert max(map(len, keys)) == 255


def test_a_conference_with_several_topics_is_read_as_one(tmp_path):
    write_listings(tmp_path, "2031/php", [listing(twitter="a")])
    write_listings(tmp_path, "2031/css", [listing(), online_listing()])
    write_listings(tmp_path, "2031/data", [listing(twitter="b", mastodon="c@d.example"), listing()])

    reading = read_conferences([tmp_path])

    assert (reading.listing_count, reading.merged_count) == (5, 3)
    assert [(c.record.name, c.record.twitter, c.record.mastodon, c.files) for c in reading.conferences] == [
        ("CloudConf", None, None, {"2031/css.json": "css"}),
        (
            "PumpkinConf",
            "b",
            "c@d.example",
            {"2031/css.json": "css", "2031/data.json": "data", "2031/php.json": "php"},
        ),
    ]


def test_files_are_read_once_and_in_the_same_order_however_they_are_given(tmp_path):
    css = write_listings(tmp_path, "2031/css", [])
    php = write_listings(tmp_path, "2030/php", [])
    (tmp_path / "README.md").write_text("Not a listing")

    files = list_files([css, php, tmp_path, tmp_path / "2031" / ".." / "2030"])

    assert [file.resolve() for file in files] == [php, css]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is not JSON"),
        ('[{"name": ', "is not JSON"),
        ("[" * 200_000, "is not valid JSON"),
        (f"[{'9' * 5000}]", "is not valid JSON"),
        ('{"conferences": []}', "is not a list of listings"),
        (b"\xff\xfe[]", "is not UTF-8"),
        ("[" + " " * 20_000_000 + "]", "is too large"),
    ],
    ids=["empty", "cut short", "deep", "long number", "object", "not UTF-8", "large"],
)
def test_a_file_that_cannot_be_read_is_skipped_and_the_others_are_read(tmp_path, content, reason):
    bad = write_listings(tmp_path, "2031/css", content)
    write_listings(tmp_path, "2031/php", [listing()])

    reading = read_conferences([tmp_path])

    assert [str(issue) for issue in reading.unread_files] == [f"{bad}: {reason}"]
    assert reading.files == {"2031/php.json"}
    assert [c.record.name for c in reading.conferences] == ["PumpkinConf"]


def test_a_listing_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path):
    file = write_listings(tmp_path, "2031/php", [listing(startDate="soon"), [], online_listing(url="x")])

    reading = read_conferences([file])

    assert [str(issue) for issue in reading.skipped] == [
        f"{file}[0]: has no valid start date",
        f"{file}[1]: is not a listing",
    ]
    assert [str(issue) for issue in reading.dropped] == [f"{file}[2]: url is not a web address"]
    assert [c.record.name for c in reading.conferences] == ["CloudConf"]
