"""Rules of the search, texts of the operator, files for search engines, and old addresses."""

from tests.authorization.rules import EVERYONE, admit

PAGE = {"GET": EVERYONE}
SITE_PAGES = {
    # Tells everyone who may do more.
    "/not-allowed": {"GET": admit()},
    "/contact": {"GET": EVERYONE, "POST": EVERYONE},
    **dict.fromkeys(("/about", "/privacy", "/p/{slug}", "/search", "/search/events"), PAGE),
    **dict.fromkeys(("/tag", "/place", "/city/{country_code}/{city_slug}", "/country/{country_code}"), PAGE),
    **dict.fromkeys(("/agenda", "/agenda/{year}/{month}", "/agenda/{year}/{month}/{day_of_month}"), PAGE),
    **dict.fromkeys(("/sitemap.xml", "/sitemap/{kind}-{block}.xml", "/opensearch.xml", "/oembed"), PAGE),
    **dict.fromkeys(("/assets", "/privacy.html", "/{talk_id}", "/event/callforpapers"), PAGE),
    **dict.fromkeys((f"/event/{act}/{{slug}}" for act in ("attend", "unattend", "xhr-attend", "xhr-unattend")), PAGE),
    "/event/view/{event_id}/{extra}": PAGE,
    **dict.fromkeys(
        (
            f"/event/{{slug}}/{below}"
            for below in (
                *("details", "host", "hosts", "host/{username}/remove", "import"),
                *("schedule/list", "schedule/list/starred", "schedule/grid", "schedule/grid/starred"),
                *("comments/{comment_hash}/report", "{talk_slug}/comments/{comment_hash}/report"),
                "{talk_slug}/unlink/{username}",
            )
        ),
        PAGE,
    ),
    **dict.fromkeys(
        (
            f"/user/{below}"
            for below in (
                *("register", "resend-verification", "password-reset", "username-reminder", "logout", "view/{user_id}"),
                *("{username}/talks", "{username}/talks.atom", "{username}/talks.ics"),
                *("{username}/events", "{username}/hosted", "{username}/comments"),
                *("{username}/edit", "{username}/delete", "{username}/apikey", "{username}/apikey/{below}/{extra}"),
                *("{username}/client", "{username}/client/{below}", "{username}/client/{below}/{extra}"),
            )
        ),
        PAGE,
    ),
}
