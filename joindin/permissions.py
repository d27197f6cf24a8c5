"""Permission predicates, one a question.

``viewer`` carries the current user, the loaded events that they host, the loaded talks at which they speak, and the
permissions of the user and their groups. Admins have every right. Editors approve events. Events of trusted users need
no approval. An inactive user has no rights.
"""


def can_see_event(viewer, event) -> bool:
    """Visible events are public; pending and rejected ones are for reviewers and hosts, private ones for no one
    here.
    """
    return (event.is_visible and not event.is_private) or can_see_hidden_talks(viewer, event)


def can_see_hidden_talks(viewer, event) -> bool:
    """See the page of a talk that the hosts took out of the programme: for those who see an event that is not public."""
    return not event.is_private and (can_edit_event(viewer, event) or can_review_event(viewer, event))


def is_confirmed(event) -> bool:
    """Return whether the event is live or, as the parent of a series, was confirmed: what Gancio calls visible."""
    return event.is_active and not event.is_pending


def can_see_agenda_event(viewer, event) -> bool:
    """See an event in the agenda of Gancio's API: pending ones are for reviewers and hosts, rejected ones for no one."""
    if event.is_private or not (event.is_active or event.is_pending):
        return False
    return is_confirmed(event) or is_host(viewer, event) or can_review_event(viewer, event)


def can_edit_agenda_event(viewer, event) -> bool:
    """Edit, hide and delete an event of the agenda, where reviewers may do what hosts may."""
    return can_edit_event(viewer, event) or can_review_event(viewer, event)


def can_confirm_agenda_event(viewer, event) -> bool:
    """Publish a pending event: reviewers any, trusted hosts their own."""
    return can_review_event(viewer, event) or (is_host(viewer, event) and is_auto_approved(viewer.user))


def can_see_parts_of_event(viewer, event) -> bool:
    """See what belongs to an event (talks, comments, attendees), and the event in lists of its hosts.

    The contract shows a private event itself to no one, but the rest of it to its hosts and to admins.
    """
    return can_see_event(viewer, event) or can_edit_event(viewer, event)


def is_host(viewer, event) -> bool:
    return event.id in viewer.hosting


def can_edit_event(viewer, event) -> bool:
    return viewer.is_admin or is_host(viewer, event)


def can_manage_talk(viewer, talk) -> bool:
    """Only hosts and admins, not the talk's speakers."""
    return viewer.is_admin or talk.event_id in viewer.hosting


def can_edit_talk(viewer, talk) -> bool:
    """Hosts, admins and the talk's claimed speakers."""
    return can_manage_talk(viewer, talk) or talk.id in viewer.speaking


def is_rejected(event) -> bool:
    """Return whether the event was rejected: it is neither live nor pending."""
    return not event.is_active and event.is_pending is False


def can_review_event(viewer, _event=None) -> bool:
    """Approve and reject submitted events."""
    return viewer.is_admin or viewer.is_editor


def can_list_pending_events(viewer) -> bool:
    return can_review_event(viewer)


def is_auto_approved(user) -> bool:
    """Return whether this user's events need no approval."""
    return (user.is_admin and user.is_active) or user.is_trusted


def can_moderate_event(viewer, event_id: int) -> bool:
    """Decide about reported comments and claims at an event."""
    return viewer.is_admin or event_id in viewer.hosting


def can_moderate_all(viewer) -> bool:
    """Moderate all events, not only hosted ones."""
    return viewer.is_admin


def can_reveal_author(viewer) -> bool:
    """See the hidden name of the author of a reported comment."""
    return viewer.is_admin


def can_manage_rejection_reasons(viewer) -> bool:
    """Create and change the prepared reasons for rejections."""
    return can_review_event(viewer)


def is_own_account(viewer, user) -> bool:
    return viewer.user is not None and viewer.user.id == user.id


def can_edit_user(viewer, user) -> bool:
    return viewer.is_admin or is_own_account(viewer, user)


def role_of(user) -> str:
    """Return the highest role of a user, as Gancio names it."""
    return "admin" if user.is_admin else "editor" if user.is_editor else "user"


def can_administer_users(viewer) -> bool:
    """Delete users, change their roles and grant permissions."""
    return viewer.is_admin


def can_administer_site(viewer) -> bool:
    """Change settings and texts of the site, places, tags and collections."""
    return viewer.is_admin


def can_moderate_agenda(viewer) -> bool:
    """Decide about submissions, remote sites and what they send."""
    return viewer.is_admin or viewer.is_editor


def can_read_audit_log(viewer) -> bool:
    return viewer.has_permission("view_log")


def can_manage_groups(viewer) -> bool:
    """Create groups and change their members, and with them the permissions of the members."""
    return viewer.has_permission("manage_groups")


def can_administer_applications(viewer) -> bool:
    """See and change the applications of all users."""
    return viewer.has_permission("manage_applications")


def can_administer_application(viewer, client) -> bool:
    """Change an application. Those of the operator, which may have more rights than others, are for admins."""
    return viewer.is_admin or (can_administer_applications(viewer) and not client.is_first_party)


def can_see_email(viewer, user) -> bool:
    return viewer.is_admin or (viewer.shows_own_data and can_edit_user(viewer, user))


def can_add_group_event(viewer) -> bool:
    return viewer.has_permission("add_event")


def can_view_group_event(viewer, event) -> bool:
    """Events for groups are seen by those with the permission, whether or not lists contain them."""
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
    """Return whether events may be published for that group."""
    return viewer.has_permission("publish_event_for_group", group.id)


def can_decide_working_hours_of_group(viewer, group) -> bool:
    return viewer.has_permission("decide_workinghours_for_group", group.id)


def can_decide_working_hours(viewer, user_id: int, group_ids=()) -> bool:
    """Enter, change, confirm and deny hours of a user, who is a member of the groups. Only admins decide about their own."""
    is_decider = any(viewer.has_permission("decide_workinghours_for_group", id_) for id_ in (None, *group_ids))
    return is_decider and (viewer.is_admin or viewer.user.id != user_id)
