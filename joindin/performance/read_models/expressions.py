"""SQL expressions that the triggers of both databases, the rebuild and the verification share."""

# Columns of events that the read models copy, or that decide whether an event is listed.
LISTED_EVENT_COLUMNS = (
    "name_key, starts_at, start_day, cfp_starts_at, cfp_ends_at, cfp_url, is_active, is_pending, is_private, is_series"
)
LISTED_TALK_COLUMNS = "title_key, is_active"
LISTED_USER_COLUMNS = "username_key, full_name_key, twitter_username, is_active"

# Columns of events whose values are counted, with the beginning of their counters.
COUNTED_EVENT_COLUMNS = {"place_id": "place", "city_id": "city", "country_code": "country"}

# Lists that are counted per bucket: counter, bucket, source.
BUCKETED_SOURCES = (
    ("'events'", "start_day", "listed_events"),
    ("'tag ' || tag_id", "start_day", "listed_tags"),
    *(
        (f"'{kind} ' || {column}", "start_day", f"events WHERE is_visible AND {column} IS NOT NULL")
        for column, kind in COUNTED_EVENT_COLUMNS.items()
    ),
    ("'users'", "id >> 8", "users WHERE is_active"),
)

# Level of a count, and the number of bits that its bucket is shifted by. On the last level a counter has one row, or one
# for the days before 1970 and one for the rest.
TOTAL_LEVEL = 2
LEVEL_SHIFTS = {0: 0, 1: 6, TOTAL_LEVEL: 24}


def listed_event_values(row: str) -> str:
    """Return the values of ``listed_events`` after the id, in the order of its columns."""
    has_cfp = f"{row}.cfp_url IS NOT NULL AND {row}.cfp_starts_at IS NOT NULL AND {row}.cfp_ends_at IS NOT NULL"
    return f"""{row}.starts_at, {row}.start_day, CASE WHEN {has_cfp} THEN {row}.cfp_starts_at END,
        CASE WHEN {has_cfp} THEN {row}.cfp_ends_at END, {row}.name_key"""


def sort_score(has_started: str, start_day: str, popularity: str) -> str:
    """Return the stored score of a hot event (see ``HotEvent``)."""
    return f"CASE WHEN {has_started} THEN -5 * {start_day} ELSE 5 * {start_day} END - {popularity}"
