"""Words for the entries of the audit log on the organiser's pages."""

from joindin.http.pages.languages import lazy_gettext

ACTIONS = {
    "claim.approve": lazy_gettext("approved a claim"),
    "claim.assign": lazy_gettext("named a person as the speaker"),
    "claim.decline": lazy_gettext("declined to be named as the speaker"),
    "claim.reject": lazy_gettext("rejected a claim"),
    "event.add_host": lazy_gettext("added a host"),
    "event.approve": lazy_gettext("approved the event"),
    "event.create": lazy_gettext("submitted the event"),
    "event.edit": lazy_gettext("changed the details"),
    "event.hide": lazy_gettext("hid the event"),
    "event.reject": lazy_gettext("rejected the event"),
    "event.remove_host": lazy_gettext("removed a host"),
    "event.renew_room_codes": lazy_gettext("renewed the codes of the rooms"),
    "event.settings": lazy_gettext("changed the settings"),
    "event.show": lazy_gettext("showed the event again"),
    "event_comment.hide": lazy_gettext("kept a comment hidden"),
    "event_comment.show": lazy_gettext("showed a comment again"),
    "talk.accept_ratings": lazy_gettext("accepted a burst of ratings"),
    "talk.count_ratings": lazy_gettext("counted ratings again"),
    "talk.leave_out_ratings": lazy_gettext("left out ratings"),
    "talk_comment.hide": lazy_gettext("kept a comment hidden"),
    "talk_comment.release": lazy_gettext("released a text"),
    "talk_comment.reveal_author": lazy_gettext("saw the name of an author"),
    "talk_comment.show": lazy_gettext("showed a comment again"),
}
