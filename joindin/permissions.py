"""Who may do what: one predicate a question.

``viewer`` carries who is asking, which of the events at hand they host and at which of the talks
they speak.
"""


def can_see_event(viewer, event) -> bool:
    """Visible to all; waiting and rejected ones to admins and their hosts; private ones to nobody here."""
    if event.is_private:
        return False
    return event.is_visible or can_edit_event(viewer, event)


def hosts_event(viewer, event) -> bool:
    return event.id in viewer.hosting


def can_edit_event(viewer, event) -> bool:
    return viewer.is_admin or hosts_event(viewer, event)


def can_manage_talk(viewer, talk) -> bool:
    """What takes a host: claimed speakers may not."""
    return viewer.is_admin or talk.event_id in viewer.hosting


def can_edit_talk(viewer, talk) -> bool:
    """Hosts, admins and the talk's claimed speakers."""
    return can_manage_talk(viewer, talk) or talk.id in viewer.speaking


def is_rejected(event) -> bool:
    """Whether an admin turned it down: neither live nor waiting."""
    return not event.is_active and event.is_pending is False


def can_decide_about_event(viewer, _event=None) -> bool:
    return viewer.is_admin


def can_list_pending_events(viewer) -> bool:
    return viewer.is_admin


def is_approved_at_once(user) -> bool:
    """Whether this person's events need no approval."""
    return (user.is_admin and user.is_active) or user.is_trusted


def can_edit_user(viewer, user) -> bool:
    return viewer.is_admin or (viewer.user is not None and viewer.user.id == user.id)


def can_administer_users(viewer) -> bool:
    """Whether they may delete people, and trust them."""
    return viewer.is_admin


def can_see_email(viewer, user) -> bool:
    return can_edit_user(viewer, user)
