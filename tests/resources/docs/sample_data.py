"""A server on which everything that the document speaks of is there, under the names of its examples."""

from dataclasses import dataclass

from joindin.models import (
    AccessToken,
    Client,
    Event,
    EventCommentReport,
    EventImage,
    GrantedPermission,
    TalkCommentReport,
    User,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.rejection_reasons import add_reason
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.factories import (
    make_attendance,
    make_claim,
    make_client,
    make_event,
    make_event_comment,
    make_group,
    make_pending_event,
    make_rejected_event,
    make_star,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
    newest,
    parse_instant,
)


@dataclass
class SampleData:
    users: dict[str, User]
    client: Client
    pending: Event
    rejected: Event
    # By the names in paths, for the things of the examples.
    ids: dict[str, int]


def make_sample_data(session) -> SampleData:
    """Ada hosts a conference and speaks there, Grace came and commented; a visitor said something too, long ago."""
    users = {
        "host": make_user(session, "ada", full_name="Ada Lovelace", biography="Writes about engines."),
        "guest": make_user(session, "grace", full_name="Grace Hopper"),
        "admin": make_user(session, "margaret", is_admin=True),
        "editor": make_user(session, "barbara", is_editor=True),
    }
    client = make_client(session, "web2", name="web2", owner_id=users["guest"].id, is_first_party=True)
    event = make_event(
        session, "SampleConf", host=users["host"], tags=["php"], stub="sc26", latitude=52.37, longitude=4.89, starts_at=parse_instant("2026-03-02T00:00+01:00"), ends_at=parse_instant("2026-03-03T23:59+01:00"),
        cfp_url="https://conf.example/cfp", cfp_starts_at=utc_now(), cfp_ends_at=utc_now(), hashtag="#sc26",
    )  # fmt: skip
    bare = make_event(session, "Bare", host=users["host"], timezone=None)
    for size, pixels in (("orig", 650), ("small", 140)):
        image = {"file": f"icon-{event.id}-{size}.png", "width": pixels, "height": pixels}
        session.add(EventImage(event_id=event.id, size=size, **image))
    make_attendance(session, event, users["guest"])
    make_attendance(session, bare, users["guest"])
    track = make_track(session, event, "Quality")
    talk = make_talk(
        session, event, "Tests that tell a story", speakers=[users["host"], "Ada L."], tracks=[track],
        links=[("slides_link", "https://slides.example/42"), ("video_link", "https://video.example/42")],
    )  # fmt: skip
    make_talk(session, event, "Without anything")
    make_star(session, talk, users["guest"])
    make_claim(session, talk, next(each for each in talk.speakers if each.user_id is None), users["guest"])
    comment = make_event_comment(session, event, users["guest"])
    make_event_comment(session, event, None, rating=None, author_name="Somebody", source=None)
    _report(session, EventCommentReport, make_event_comment(session, event, users["guest"], is_hidden=True), users)
    # Can still be edited, however long the tests have been running.
    talk_comment = make_talk_comment(session, talk, users["guest"], created_at=utc_now())
    make_talk_comment(session, talk, None, rating=0)
    _report(session, TalkCommentReport, make_talk_comment(session, talk, users["guest"], is_hidden=True), users)
    group = make_group(session, "Programme committee", members=[users["host"]])
    grant_permission(session, group, "view_event", event, actor=users["admin"])
    grant_permission(session, group, "view_log", actor=users["admin"])
    grant_permission(session, users["host"], "publish_event_for_group", group, actor=None)
    grant_permission(session, users["host"], "view_userprofile", users["guest"], actor=None)
    reason = add_reason(session, title="Off topic", text="We list events about programming.", actor=None)
    session.add(
        AccessToken(
            kind="personal",
            description="Badges",
            token_hash=hash_token("badges"),
            user_id=users["host"].id,
            created_at=utc_now(),
        )
    )
    session.commit()
    return SampleData(
        users,
        client,
        make_pending_event(session, bare.name, host=users["host"], starts_at=bare.starts_at),
        make_rejected_event(session, "Turned down", host=users["host"]),
        {
            "event_id": event.id,
            "user_id": users["host"].id,
            "track_id": track.id,
            "talk_id": talk.id,
            "comment_id": comment.id,
            "talk_comment_id": talk_comment.id,
            "link_id": talk.links[0].id,
            "language_id": talk.language_id,
            "type_id": talk.type_id,
            "client_id": client.id,
            "group_id": group.id,
            "permission_id": newest(session, GrantedPermission).id,
            "reason_id": reason.id,
        },
    )


def _report(session, kind, comment, users):
    session.add(kind(comment_id=comment.id, reporter_id=users["guest"].id, reported_at=utc_now()))
    session.add(kind(comment_id=comment.id, reporter_id=None, reported_at=utc_now()))
    session.flush()
