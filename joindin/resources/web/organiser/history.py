"""Words for the entries of the audit log on the organiser's pages."""

from joindin.http.pages.languages import lazy_gettext
from joindin.models import AuditEntry

ACTIONS = {
    "claim.accept": lazy_gettext("accepted to be the speaker"),
    "claim.approve": lazy_gettext("approved a claim"),
    "claim.assign": lazy_gettext("named a person as the speaker"),
    "claim.decline": lazy_gettext("declined to be named as the speaker"),
    "claim.reject": lazy_gettext("rejected a claim"),
    "event.add_host": lazy_gettext("added a host"),
    "event.approve": lazy_gettext("approved the event"),
    "event.create": lazy_gettext("submitted the event"),
    "event.edit": lazy_gettext("changed the details"),
    "event.hide": lazy_gettext("hid the event"),
    "event.invite_host": lazy_gettext("invited a host"),
    "event.reject": lazy_gettext("rejected the event"),
    "event.remove_host": lazy_gettext("removed a host"),
    "event.renew_room_codes": lazy_gettext("renewed the codes of the rooms"),
    "event.settings": lazy_gettext("changed the settings"),
    "event.show": lazy_gettext("showed the event again"),
    "event.withdraw_invitation": lazy_gettext("withdrew an invitation"),
    "event_comment.hide": lazy_gettext("kept a comment hidden"),
    "event_comment.show": lazy_gettext("showed a comment again"),
    "talk.accept_ratings": lazy_gettext("accepted a burst of ratings"),
    "talk.cancel": lazy_gettext("cancelled the talk"),
    "talk.count_ratings": lazy_gettext("counted ratings again"),
    "talk.create": lazy_gettext("added the talk"),
    "talk.delete": lazy_gettext("deleted the talk"),
    "talk.edit": lazy_gettext("changed the talk"),
    "talk.hide": lazy_gettext("hid the talk"),
    "talk.leave_out_ratings": lazy_gettext("left out ratings"),
    "talk.show": lazy_gettext("showed the talk again"),
    "talk_comment.hide": lazy_gettext("kept a comment hidden"),
    "talk_comment.release": lazy_gettext("released a text"),
    "talk_comment.reveal_author": lazy_gettext("saw the name of an author"),
    "talk_comment.show": lazy_gettext("showed a comment again"),
}

# By their name in the log: the fields of the details of an event, as its form calls them.
DETAILS = {
    "name": lazy_gettext("Name"),
    "kind": lazy_gettext("The event is"),
    "starts_at": lazy_gettext("Start"),
    "ends_at": lazy_gettext("End"),
    "timezone": lazy_gettext("Time zone"),
    "location": lazy_gettext("Place"),
    "latitude": lazy_gettext("Coordinates"),
    "longitude": lazy_gettext("Coordinates"),
    "online_locations": lazy_gettext("Addresses for taking part online"),
    "description": lazy_gettext("Description"),
    "licence": lazy_gettext("Licence of the description"),
    "href": lazy_gettext("Web site"),
    "tags": lazy_gettext("Tags"),
    "image": lazy_gettext("Image"),
    "image_text": lazy_gettext("Description of the image"),
    "cfp_url": lazy_gettext("Web page of the call for papers"),
    "cfp_starts_at": lazy_gettext("The call for papers opens"),
    "cfp_ends_at": lazy_gettext("The call for papers closes"),
    "is_cfp_anywhere": lazy_gettext("The call for papers closes"),
    "spoken_language": lazy_gettext("Language of the event"),
    "capacity": lazy_gettext("Number of people for whom there is room"),
    "contact_address": lazy_gettext("Contact"),
    "venue_plan": lazy_gettext("Venue plan"),
    "venue_plan_text": lazy_gettext("Description of the venue plan"),
    "state": lazy_gettext("State"),
}

# The same for talks.
TALK_DETAILS = {
    "title": lazy_gettext("Title"),
    "subtitle": lazy_gettext("Subtitle"),
    "description": lazy_gettext("Description"),
    "speakers": lazy_gettext("Speakers"),
    "starts_at": lazy_gettext("Start"),
    "duration": lazy_gettext("Minutes"),
    "room_id": lazy_gettext("Room"),
    "tracks": lazy_gettext("Tracks"),
    "type_id": lazy_gettext("Type"),
    "language_id": lazy_gettext("Language"),
    "level": lazy_gettext("Level"),
    "state": lazy_gettext("State"),
    "links": lazy_gettext("Slides and recordings"),
    "slides_url": lazy_gettext("Slides and recordings"),
    "has_recording_opt_out": lazy_gettext("Recording"),
    "has_feedback": lazy_gettext("Feedback"),
}
LABELS = {"event.edit": DETAILS, "talk.edit": TALK_DETAILS}


def list_changed_details(entry: AuditEntry) -> list[str]:
    """Return the labels of the details that changed with an entry; none for other entries."""
    labels = LABELS.get(entry.action, {})
    return list(dict.fromkeys(str(label) for name, label in labels.items() if name in entry.changes))
