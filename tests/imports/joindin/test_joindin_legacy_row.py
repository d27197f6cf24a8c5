"""Mapping of single source rows, before anything is stored."""

import datetime as dt
from decimal import Decimal

import pytest

from joindin.imports.joindin.map_events import map_event, map_event_comment, map_event_image, map_host, map_report
from joindin.imports.joindin.map_people import map_client, map_user
from joindin.imports.joindin.map_talks import map_language, map_link, map_speaker, map_talk, map_talk_comment
from joindin.imports.legacy_row import ExcludedRow, InvalidRow, LegacyRow, parse_row_id
from joindin.utils.datetimes import UTC
from tests.imports.joindin.legacy_data import (
    STARTS,
    client,
    event,
    event_comment,
    row,
    speaker,
    talk,
    talk_comment,
    user,
)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("Tom &amp; Ann", "Tom & Ann"),
        ("it&#39;s &#34;here&#34;", 'it\'s "here"'),
        ("a &lt; b &gt; c", "a < b > c"),
        ("caf&eacute; &#x263A;", "café ☺"),
        ("&amp;amp; once", "&amp; once"),
        ("?a=1&copy=2&lt", "?a=1&copy=2&lt"),
        ("AT&T; &nosuchthing;", "AT&T; &nosuchthing;"),
        ("a\0b\x07c\n\td", "abc\n\td"),
        ("end&#0;", "end\ufffd"),
        ("", ""),
    ],
)
def test_texts_lose_their_entities_once_and_what_no_database_takes(escaped, plain):
    assert LegacyRow({"t": escaped}).decoded_text("t") == plain


def test_comments_are_left_as_they_were_written():
    comment = map_event_comment(LegacyRow(event_comment(1, 2, comment="&lt;b&gt; &amp;\0!", cname="O&#39;Brien")))

    assert (comment["text"], comment["author_name"]) == ("&lt;b&gt; &amp;!", "O'Brien")


@pytest.mark.parametrize("value", ["7", " 7 ", 7, Decimal(7), "7.0", "+7", True + 6])
def test_a_number_may_be_a_number_or_its_digits(value):
    assert LegacyRow({"n": value}).number("n") == 7


@pytest.mark.parametrize(
    "value", ["seven", "7.5", "0x7", "1_0", "٧", 7.5, float("nan"), "99999999999", b"7", "1e3", 2**31, -(2**31)]
)
def test_a_number_that_cannot_be_breaks_the_row(value):
    with pytest.raises(InvalidRow, match=r"^n (is not a number|is invalid): "):
        LegacyRow({"n": value}).number("n")


@pytest.mark.parametrize(
    ("value", "number"), [("12", 12), (7, 7), ("0", None), (None, None), ("-3", None), ("x", None), (2**31, None)]
)
def test_ids_are_positive_numbers_that_leave_room(value, number):
    if number is None:
        with pytest.raises(InvalidRow):
            parse_row_id({"ID": value})
    else:
        assert parse_row_id({"id": value}) == number


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("1336122000", dt.datetime(2012, 5, 4, 9, tzinfo=UTC)),
        (-86400, dt.datetime(1969, 12, 31, tzinfo=UTC)),
        ("0", None),
        (0, None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant_is_unix_seconds_and_zero_is_none(value, instant):
    assert LegacyRow({"at": value}).unix_time("at") == instant


@pytest.mark.parametrize("value", ["soon", "999999999999999", "-999999999999", "2012-05-04"])
def test_an_instant_that_cannot_be_breaks_the_row(value):
    with pytest.raises(InvalidRow, match=r"^at "):
        LegacyRow({"at": value}).unix_time("at")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2012-05-04 09:00:00", dt.datetime(2012, 5, 4, 9, tzinfo=UTC)),
        (dt.datetime(2012, 5, 4, 9, 0, 0, 77), dt.datetime(2012, 5, 4, 9, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_is_a_date_in_utc_and_zeros_are_none(value, moment):
    assert LegacyRow({"at": value}).utc_datetime("at") == moment


@pytest.mark.parametrize("value", ["2012-02-30 00:00:00", "yesterday", "0001-01-01 00:00:00", "9999-12-31 00:00:00"])
def test_a_moment_that_cannot_be_breaks_the_row(value):
    with pytest.raises(InvalidRow, match=r"^at "):
        LegacyRow({"at": value}).utc_datetime("at")


@pytest.mark.parametrize(
    ("active", "pending", "ours"),
    [("1", "0", (True, False)), ("1", None, (True, None)), ("0", "1", (False, True)), ("0", "0", (False, False))],
)
def test_an_event_keeps_its_state(active, pending, ours):
    made = map_event(LegacyRow(event(1, active=active, pending=pending)))

    assert (made["is_active"], made["is_pending"]) == ours


@pytest.mark.parametrize(
    ("private", "ours"), [("y", True), ("Y", True), ("n", False), ("0", False), (None, False), ("", False)]
)
def test_only_y_is_private(private, ours):
    assert map_event(LegacyRow(event(1, private=private)))["is_private"] is ours


@pytest.mark.parametrize(
    ("continent", "place", "ours"),
    [
        ("America", "Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("US", "Pacific-New", "America/Los_Angeles"),
        ("europe", "LONDON", "Europe/London"),
        ("Europe", "Kiev", "Europe/Kiev"),
        ("UTC", "", "UTC"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_time_zone_gets_the_name_that_tzdata_knows(continent, place, ours):
    row = LegacyRow(event(1, event_tz_cont=continent, event_tz_place=place))

    assert (map_event(row)["timezone"], row.repairs) == (ours, [])


@pytest.mark.parametrize(
    ("continent", "place", "name"), [("Europe", "Atlantis", "Europe/Atlantis"), ("Moon", None, "Moon")]
)
def test_an_unknown_time_zone_is_kept_and_reported(continent, place, name):
    row = LegacyRow(event(1, event_tz_cont=continent, event_tz_place=place))

    assert map_event(row)["timezone"] == name
    assert row.repairs == [f"the zone {name!r} is unknown: its times are shown in UTC"]


def test_an_event_with_one_date_lasts_no_time_and_says_so():
    row = LegacyRow(event(1, event_end=0))

    made = map_event(row)

    assert made["ends_at"] == made["starts_at"] == dt.datetime(2012, 5, 4, 9, tzinfo=UTC)
    assert row.repairs == ["event_end is missing"]


def test_an_event_without_dates_is_broken():
    with pytest.raises(InvalidRow, match="it has no dates"):
        map_event(LegacyRow(event(1, event_start=None, event_end=0)))


def test_a_place_on_no_map_is_none():
    row = LegacyRow(event(1, event_lat="123.4", event_long="-180"))

    made = map_event(row)

    assert (made["latitude"], made["longitude"]) == (None, -180.0)
    assert row.repairs == ["event_lat is invalid: '123.4'"]


@pytest.mark.parametrize(
    ("rating", "expected", "repairs"),
    [("5", 5, []), ("0", 0, []), ("9", 0, ["rating is invalid: 9"]), ("-1", 0, ["rating is invalid: -1"])],
)
def test_a_rating_that_cannot_be_does_not_count(rating, expected, repairs):
    row = LegacyRow(event_comment(1, 2, rating=rating))

    assert (map_event_comment(row)["rating"], row.repairs) == (expected, repairs)


def test_old_comments_on_events_have_no_rating_and_those_on_talks_nought():
    on_event = map_event_comment(LegacyRow(event_comment(1, 2, rating=None)))
    on_talk = map_talk_comment(LegacyRow(talk_comment(1, 2, rating=None)))

    assert (on_event["rating"], on_talk["rating"]) == (None, 0)


def test_comments_on_talks_once_had_unix_seconds():
    old = talk_comment(1, 2)
    del old["created_at"]

    made = map_talk_comment(LegacyRow(old | {"date_made": STARTS}))

    assert made["created_at"] == dt.datetime(2012, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rtype", "rcode", "reason"),
    [
        ("talk", None, "rights on a talk"),
        (None, None, "rights on nothing"),
        ("event", "pending", "unconfirmed hosts"),
    ],
)
def test_unconfirmed_hosts_are_excluded(rtype, rcode, reason):
    with pytest.raises(ExcludedRow, match=reason):
        map_host(LegacyRow(row(ID=1, uid=2, rid=3, rtype=rtype, rcode=rcode)))


@pytest.mark.parametrize("rcode", [None, ""])
def test_a_host_has_no_code(rcode):
    made = map_host(LegacyRow(row(ID=1, uid=2, rid=3, rtype="event", rcode=rcode)))

    assert made == {"event_id": 3, "user_id": 2}


@pytest.mark.parametrize(("status", "is_pending"), [(None, False), ("", False), ("pending", True), ("Pending ", True)])
def test_a_speaker_may_be_pending(status, is_pending):
    made = map_speaker(LegacyRow(speaker(1, 2, "Ada", speaker_id=7, status=status)))

    assert made == {"talk_id": 2, "name": "Ada", "user_id": 7, "is_pending": is_pending}


def test_a_speaker_with_another_status_is_not_imported():
    with pytest.raises(ExcludedRow, match="speakers with an unknown status"):
        map_speaker(LegacyRow(speaker(1, 2, status="declined")))


def test_passwords_stay_as_they_are_and_secrets_do_not():
    person = map_user(LegacyRow(user(1, password="$2y$10$something/odd&amp;")))
    application = map_client(LegacyRow(client(1, "web2", consumer_secret="web2secret")))

    assert person["password_hash"] == "$2y$10$something/odd&amp;"
    # The SHA-256 of web2secret.
    assert application["secret_hash"] == "040f13eba78a326d7d2b8409ee92dfb86e50ae8b2ce14548070064aad448f137"
    assert "web2secret" not in str(application)


def test_applications_of_before_they_could_be_revoked_can_be():
    old = client(1, "web2")
    del old["can_be_revoked"]

    assert map_client(LegacyRow(old))["can_be_revoked"] is True


@pytest.mark.parametrize(
    ("type_", "url", "reason"), [("9", "https://a.example", "talk_type is unknown: 9"), ("1", "", "it has no address")]
)
def test_a_link_without_kind_or_address_is_broken(type_, url, reason):
    with pytest.raises(InvalidRow, match=reason):
        map_link(LegacyRow(row(ID=1, talk_id=2, talk_type=type_, url=url)), {1: "slides_link"})


def test_a_text_there_is_no_room_for_breaks_the_row():
    with pytest.raises(InvalidRow, match="event_name is longer than 200 characters"):
        map_event(LegacyRow(event(1, name="x" * 201)))


def test_a_text_that_only_its_entities_made_long_has_room():
    assert map_event(LegacyRow(event(1, name="&amp;" * 200)))["name"] == "&" * 200


@pytest.mark.parametrize("duration", [-5, 100_000, 2**31 - 1])
def test_the_length_of_a_talk_is_unknown_if_it_is_no_possible_number_of_minutes(duration):
    row = LegacyRow(talk(1, 2, duration=str(duration)))

    assert (map_talk(row)["duration"], row.repairs) == (0, [f"duration is invalid: {duration}"])


@pytest.mark.parametrize(("flag", "is_trusted"), [("0", False), (None, False), ("1", True)])
def test_only_applications_with_the_password_grant_are_trusted(flag, is_trusted):
    assert map_client(LegacyRow(client(1, "web2", enable_password_grant=flag)))["is_trusted"] is is_trusted


@pytest.mark.parametrize(
    ("columns", "is_first_party"),
    [
        ({}, True),
        ({"user_id": 0, "application": "Site", "description": "Ours"}, True),
        ({"application": "App", "description": "Shows talks"}, False),
        ({"description": "Shows talks"}, False),
        ({"enable_password_grant": 0}, False),
        ({"user_id": None, "enable_password_grant": 0}, False),
    ],
)
def test_applications_that_no_user_could_register_are_those_of_the_operator(columns, is_first_party):
    assert map_client(LegacyRow(client(1, "web2", **columns)))["is_first_party"] is is_first_party


@pytest.mark.parametrize("secret", ["", None])
def test_an_application_without_a_secret_gets_no_hash_of_one(secret):
    assert map_client(LegacyRow(client(1, "app", consumer_secret=secret)))["secret_hash"] is None


@pytest.mark.parametrize("column", ["slug", "stub"])
@pytest.mark.parametrize("value", ["", None])
def test_an_empty_name_of_an_event_is_none(column, value):
    source_column = {"slug": "url_friendly_name", "stub": "event_stub"}[column]

    assert map_event(LegacyRow(event(1, **{source_column: value})))[column] is None


def test_the_reason_of_a_rejection_is_kept():
    assert map_event(LegacyRow(event(1, rejection_reason="Not a conference")))["rejection_reason"] == "Not a conference"


@pytest.mark.parametrize(("active", "is_hidden"), [("1", False), ("0", True), (None, False)])
def test_comments_are_hidden_only_if_they_are_inactive(active, is_hidden):
    on_event = map_event_comment(LegacyRow(event_comment(1, 2, active=active)))
    on_talk = map_talk_comment(LegacyRow(talk_comment(1, 2, active=active)))

    assert (on_event["is_hidden"], on_talk["is_hidden"]) == (is_hidden, is_hidden)


def test_old_comments_without_the_column_active_are_not_hidden():
    old = event_comment(1, 2)
    del old["active"]

    assert map_event_comment(LegacyRow(old))["is_hidden"] is False


@pytest.mark.parametrize(("decision", "expected"), [("", None), (None, None), ("approved", "approved")])
def test_a_report_without_a_decision_stays_open(decision, expected):
    report = row(
        ID=1,
        reporting_user_id=2,
        reporting_date="2012-06-01 10:00:00",
        decision=decision,
        deciding_user_id=None,
        deciding_date=None,
    )

    assert map_report(LegacyRow(report))["decision"] == expected


def test_an_event_with_an_end_only_starts_at_its_end_and_says_so():
    source = LegacyRow(event(1, event_start=0))

    mapped = map_event(source)

    assert mapped["starts_at"] == mapped["ends_at"] == dt.datetime(2012, 5, 5, 17, tzinfo=UTC)
    assert source.repairs == ["event_start is missing"]


def test_a_time_zone_with_a_long_name_is_unknown():
    source = LegacyRow(event(1, event_tz_cont="x" * 30, event_tz_place="y" * 71))

    assert map_event(source)["timezone"] is None
    assert source.repairs == ["the name of its zone is too long"]


@pytest.mark.parametrize("column", ["type", "url"])
def test_an_image_without_type_or_address_is_invalid(column):
    image = row(id=1, event_id=2, type="small", url="https://a.example/x.png", width=90, height=90) | {column: ""}

    with pytest.raises(InvalidRow, match="it has no type or no address"):
        map_event_image(LegacyRow(image))


@pytest.mark.parametrize("name", ["", " ", None])
def test_a_language_without_a_name_is_invalid(name):
    with pytest.raises(InvalidRow, match="it has no name"):
        map_language(LegacyRow(row(ID=1, lang_name=name, lang_abbr="xx")))


def test_a_coordinate_that_is_not_a_number_is_invalid():
    with pytest.raises(InvalidRow, match="event_lat is not a number: 'north'"):
        map_event(LegacyRow(event(1, event_lat="north")))


def test_a_binary_text_is_decoded():
    assert LegacyRow({"t": "Käse".encode() + b"\xff"}).raw_text("t") == "Käse\ufffd"


@pytest.mark.parametrize(("value", "expected"), [("4", 4), ("-1", None), (None, None)])
def test_a_number_below_the_minimum_becomes_the_default(value, expected):
    source = LegacyRow({"n": value})

    assert source.number("n", minimum=0) == expected
    assert source.repairs == (["n is invalid: -1"] if value == "-1" else [])
