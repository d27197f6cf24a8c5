"""Tables as an installation of Joind.in has them, and how to make a MySQL database of them."""

import os
import re
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit

from tests.services import skip_or_fail

MYSQL_SERVER_URL = os.environ.get("JOINDIN_TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306")

_number = count(1)

# Column by column; the types are MySQL's, "id" stands for the primary key.
TABLES = {
    "user": """
        ID id, username varchar(100), password varchar(100), email varchar(200), full_name varchar(200),
        twitter_username varchar(20), biography text, verified int, active int, admin int, trusted int,
        last_login int, request_code char(8), unique (username), unique (email)""",
    "oauth_consumers": """
        id id, consumer_key varchar(30), consumer_secret varchar(10), created_date timestamp null, user_id int,
        application varchar(255), description text, callback_url varchar(500), enable_password_grant tinyint default 0,
        can_be_revoked tinyint default 1""",
    "oauth_access_tokens": """
        id id, consumer_key varchar(30), access_token varchar(16), access_token_secret varchar(32), user_id int,
        created_date timestamp null, last_used_date datetime""",
    "events": """
        ID id, event_name varchar(200), url_friendly_name varchar(255), event_start int, event_end int,
        event_lat decimal(20,16), event_long decimal(20,16), event_loc text, event_desc text, active int, pending int,
        private varchar(1), event_stub varchar(30), event_icon varchar(30), event_hashtag varchar(100),
        event_href varchar(600), event_cfp_start int, event_cfp_end int, event_cfp_url varchar(200), event_voting int,
        event_tz_cont varchar(30), event_tz_place varchar(70), event_contact_name varchar(200),
        event_contact_email varchar(200), comment_count int unsigned default 0, talk_count int unsigned default 0,
        track_count int unsigned default 0, reviewer_id int, rejection_reason varchar(200),
        unique (url_friendly_name), unique (event_stub)""",
    "event_images": "id id, event_id int, type varchar(30), url varchar(255), width int, height int",
    "event_comments": """
        ID id, event_id int, user_id int, cname varchar(100), comment text, rating int, date_made int, active int,
        source varchar(255), comment_type varchar(100)""",
    "event_track": "ID id, event_id int, track_name varchar(300), track_desc text, track_color varchar(6)",
    "talks": """
        ID id, event_id int, talk_title tinytext, url_friendly_talk_title varchar(255), talk_desc text,
        slides_link tinytext, date_given int, duration int, active int default 1, owner_id int, lang int, stub char(5),
        unique (event_id, url_friendly_talk_title), unique (stub)""",
    "talk_cat": "ID id, talk_id int, cat_id int",
    "categories": "ID id, cat_title varchar(200), cat_desc varchar(200)",
    "lang": "ID id, lang_name varchar(200), lang_abbr varchar(20)",
    "talk_speaker": "ID id, talk_id int, speaker_name varchar(200), speaker_id int, status varchar(20)",
    "pending_talk_claims": """
        ID id, talk_id int, submitted_by int, speaker_id int, claim_id int, date_added int, user_approved_at datetime,
        host_approved_at datetime""",
    "talk_track": "ID id, talk_id int, track_id int",
    "talk_comments": """
        ID id, talk_id int, user_id int, rating int, comment text, created_at datetime, private int, active int,
        source varchar(255), comment_type varchar(10)""",
    "talk_links": "ID id, talk_id int, talk_type int, url text, timestamp timestamp null",
    "talk_link_types": "ID id, display_name varchar(30)",
    "user_admin": "ID id, uid int, rid int, rtype varchar(20), rcode varchar(20)",
    "user_attend": "ID id, uid int, eid int, unique (uid, eid)",
    "user_talk_star": "ID id, uid int, tid int, unique (uid, tid)",
    "tags": "ID id, tag_value varchar(200)",
    "tags_events": "ID id, event_id int, tag_id int",
    "reported_talk_comments": """
        ID id, talk_comment_id int, reporting_user_id int, reporting_date datetime, decision varchar(20),
        deciding_user_id int, deciding_date datetime""",
    "reported_event_comments": """
        ID id, event_comment_id int, reporting_user_id int, reporting_date datetime, decision varchar(20),
        deciding_user_id int, deciding_date datetime""",
    "meta_data": "entry varchar(30), value varchar(30)",
}


def create_statement(table: str) -> str:
    columns = re.sub(r"^(\s*(?:ID|id)) id\b", r"\1 int not null auto_increment primary key", TABLES[table])
    return f"CREATE TABLE `{table}` ({columns}) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"


def connect(**options):
    """A connection to the server for tests; without one the test is skipped, or fails where services have to be there."""
    import pymysql

    parts = urlsplit(MYSQL_SERVER_URL)
    try:
        return pymysql.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user=parts.username,
            password=parts.password or "",
            charset="utf8mb4",
            autocommit=True,
            local_infile=True,
            **options,
        )
    except pymysql.Error as error:
        skip_or_fail(f"no MySQL or MariaDB answers at {parts.hostname}: {error.args[-1]}")


@contextmanager
def legacy_database(tables: dict[str, list[dict]] | None = None):
    """A database with all tables, filled with these rows; yields its address and a connection, and drops it."""
    name = f"joindin_legacy_{os.getpid()}_{next(_number)}"
    server = connect()
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    server.select_db(name)
    try:
        with server.cursor() as cursor:
            cursor.execute("SET SESSION time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
            for table in TABLES:
                cursor.execute(create_statement(table))
        fill(server, tables or {})
        yield f"{MYSQL_SERVER_URL}/{name}", server
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")
        server.close()


def fill(connection, tables):
    with connection.cursor() as cursor:
        for table, rows in tables.items():
            if table not in TABLES or not rows:
                continue
            columns = list(rows[0])
            names, marks = ", ".join(f"`{name}`" for name in columns), ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO `{table}` ({names}) VALUES ({marks})",
                [[row.get(name) for name in columns] for row in rows],
            )
