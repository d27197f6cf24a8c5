"""Who may do what: one predicate a question.

``viewer`` carries who is asking, which of the events at hand they host, at which of the talks they
speak, and what they and their groups are permitted. Admins may everything. Editors decide about
events. Trusted people's events need no decision. Who is deactivated may nothing.
"""


def can_see_event(viewer, event) -> bool:
    """Visible to all; waiting and rejected ones to those who decide, and their hosts; private ones to nobody here."""
    if event.is_private:
        return False
    return event.is_visible or can_edit_event(viewer, event) or can_review_event(viewer, event)


def is_host(viewer, event) -> bool:
    return event.id in viewer.hosting


def can_edit_event(viewer, event) -> bool:
    return viewer.is_admin or is_host(viewer, event)


def can_manage_talk(viewer, talk) -> bool:
    """What takes a host: claimed speakers may not."""
    return viewer.is_admin or talk.event_id in viewer.hosting


def can_edit_talk(viewer, talk) -> bool:
    """Hosts, admins and the talk's claimed speakers."""
    return can_manage_talk(viewer, talk) or talk.id in viewer.speaking


def is_rejected(event) -> bool:
    """Whether an admin turned it down: neither live nor waiting."""
    return not event.is_active and event.is_pending is False


def can_review_event(viewer, _event=None) -> bool:
    """Approve and reject what was submitted."""
    return viewer.is_admin or viewer.is_editor


def can_list_pending_events(viewer) -> bool:
    return can_review_event(viewer)


def is_auto_approved(user) -> bool:
    """Whether this person's events need no approval."""
    return (user.is_admin and user.is_active) or user.is_trusted


def can_moderate_event(viewer, event_id: int) -> bool:
    """Decide about reported comments and claims at an event."""
    return viewer.is_admin or event_id in viewer.hosting


def can_moderate_all(viewer) -> bool:
    """Whether that goes for all events, not only for those they host."""
    return viewer.is_admin


def can_manage_rejection_reasons(viewer) -> bool:
    """Write and change the reasons that rejections are chosen from."""
    return can_review_event(viewer)


def can_edit_user(viewer, user) -> bool:
    return viewer.is_admin or (viewer.user is not None and viewer.user.id == user.id)


def can_administer_users(viewer) -> bool:
    """Whether they may delete people, give and take roles, and permit things."""
    return viewer.is_admin


def can_read_audit_log(viewer) -> bool:
    return viewer.has_permission("view_log")


def can_manage_groups(viewer) -> bool:
    """Make groups and say who is in them, and so pass on what groups may."""
    return viewer.has_permission("manage_groups")


def can_administer_applications(viewer) -> bool:
    """See and change everybody's applications."""
    return viewer.is_admin


def can_see_email(viewer, user) -> bool:
    return can_edit_user(viewer, user)


def can_add_group_event(viewer) -> bool:
    return viewer.has_permission("add_event")


def can_view_group_event(viewer, event) -> bool:
    """Events for groups are seen by those who were permitted to, whatever their place in the world's lists."""
    return viewer.has_permission("view_event", event.id)


def can_change_group_event(viewer, event) -> bool:
    return viewer.has_permission("change_event", event.id)


def can_delete_group_event(viewer, event) -> bool:
    return viewer.has_permission("delete_event", event.id)


def can_view_profile(viewer, user) -> bool:
    return viewer.has_permission("view_userprofile", user.id)


def can_change_profile(viewer, user) -> bool:
    return viewer.has_permission("change_userprofile", user.id)


def can_publish_for_group(viewer, group) -> bool:
    """Whether an event of theirs may be shown to that group."""
    return viewer.has_permission("publish_event_for_group", group.id)


def can_decide_working_hours_of_group(viewer, group) -> bool:
    return viewer.has_permission("decide_workinghours_for_group", group.id)
