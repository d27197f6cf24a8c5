"""Rules of the pages of planners: for those who may change the event, which of the roles only admins may."""

from tests.authorization.rules import ADMINS

READ, WRITE, FORM = {"GET": ADMINS}, {"POST": ADMINS}, {"GET": ADMINS, "POST": ADMINS}

PLANNING_PAGES = {
    "/events/create/": READ,
    "/events/create/{event_type_id}/": FORM,
    "/events/{event_id}/activate/": WRITE,
    "/events/{event_id}/copy/": FORM,
    "/events/{event_id}/createshift/": FORM,
    "/events/{event_id}/deactivate/": WRITE,
    "/events/{event_id}/delete/": FORM,
    "/events/{event_id}/edit/": FORM,
    "/events/{event_id}/guests/": FORM,
    "/events/{event_id}/questions/": FORM,
    "/events/{event_id}/shifts-from-programme/": FORM,
    "/settings/eventtypes/": READ,
    "/settings/eventtypes/create/": FORM,
    "/settings/eventtypes/{event_type_id}/delete/": FORM,
    "/settings/eventtypes/{event_type_id}/edit/": FORM,
    "/events/{event_id}/notifications/": FORM,
    "/shifts/{shift_id}/copy/": FORM,
    "/shifts/{shift_id}/delete/": FORM,
    "/shifts/{shift_id}/detach/": WRITE,
    "/shifts/{shift_id}/edit/": FORM,
    "/shifts/{shift_id}/disposition/": FORM,
    "/shifts/{shift_id}/disposition/add-placeholder/": WRITE,
    "/shifts/{shift_id}/disposition/add-user/": WRITE,
}
