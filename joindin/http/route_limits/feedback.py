"""Limits of the pages of feedback, and of those of a talk below its own page."""

from collections.abc import Mapping

from joindin.http.route_limits.kinds import COSTLY, EDIT, GUEST_FEEDBACK, PUBLIC_COMMENT, RouteLimit

FEEDBACK_LIMITS: Mapping[str, RouteLimit] = {
    # Devices have limits of their own.
    "/guest/feedback/{stub}/": GUEST_FEEDBACK,
    "/me/ratings/": EDIT,
    "/event/{slug}/comments": PUBLIC_COMMENT,
    "/event/{slug}/{talk_slug}/comments": PUBLIC_COMMENT,
    "/talk/{stub}/comments": PUBLIC_COMMENT,
    "/event/{slug}/{talk_slug}/claim": COSTLY,
    "/event/{slug}/{talk_slug}/delete": EDIT,
    "/event/{slug}/{talk_slug}/edit": EDIT,
    "/event/{slug}/{talk_slug}/results/answer": EDIT,
    "/event/{slug}/{talk_slug}/results/share": COSTLY,
    "/event/{slug}/{talk_slug}/speakers/{speaker_id}/unlink": EDIT,
    "/talk/{stub}/claim": COSTLY,
    "/talk/{stub}/delete": EDIT,
    "/talk/{stub}/edit": EDIT,
    "/talk/{stub}/results/answer": EDIT,
    "/talk/{stub}/results/share": COSTLY,
    "/talk/{stub}/speakers/{speaker_id}/unlink": EDIT,
    **dict.fromkeys((f"/comments/{kind}/{{comment_id}}/report" for kind in ("talk", "event")), COSTLY),
    **dict.fromkeys(
        (f"/comments/{kind}/{{comment_id}}/{act}" for kind in ("talk", "event") for act in ("edit", "delete")), EDIT
    ),
    "/comments/talk/{comment_id}/answer": EDIT,
}
