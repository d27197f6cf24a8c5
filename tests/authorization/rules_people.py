"""Rules of the crew's pages of people, working hours and settings.

Others need permissions on the user or on one of the user's groups, which of the roles only admins have.
"""

from tests.authorization.rules import ADMINS, SIGNED_IN, admit

OWN_PAGE, OWN_FORM = {"GET": SIGNED_IN}, {"GET": SIGNED_IN, "POST": SIGNED_IN}
PAGE, FORM = {"GET": ADMINS}, {"GET": ADMINS, "POST": ADMINS}

PEOPLE_PAGES = {
    "/consequences/": OWN_PAGE,
    "/consequences/{consequence_id}/edit/": {"POST": admit("admin", refusals=[(404, "")])},
    "/notifications/": OWN_PAGE,
    "/notifications/mass/": FORM,
    "/notifications/read/": {"POST": SIGNED_IN},
    "/settings/": OWN_PAGE,
    "/settings/notifications/": OWN_FORM,
    "/settings/data/": OWN_FORM,
    "/settings/qualifications/": PAGE,
    "/settings/qualifications/create/": FORM,
    "/settings/qualifications/categories/": FORM,
    "/settings/qualifications/categories/{category_id}/delete/": FORM,
    "/settings/qualifications/categories/{category_id}/edit/": FORM,
    "/settings/qualifications/{qualification_id}/delete/": FORM,
    "/settings/qualifications/{qualification_id}/edit/": FORM,
    "/settings/questionnaires/": PAGE,
    "/settings/questionnaires/create/": FORM,
    "/settings/questionnaires/{question_id}/archive/": {"POST": ADMINS},
    "/settings/questionnaires/{question_id}/edit/": FORM,
    "/settings/questionnaires/{question_id}/restore/": {"POST": ADMINS},
    "/settings/signup-blocks/": PAGE,
    "/settings/signup-blocks/create/": FORM,
    "/settings/signup-blocks/{block_id}/delete/": FORM,
    "/settings/signup-blocks/{block_id}/edit/": FORM,
    "/users/": PAGE,
    "/users/{user_id}/": PAGE,
    "/users/create/": FORM,
    "/users/{user_id}/activate/": {"POST": ADMINS},
    "/users/{user_id}/deactivate/": {"POST": ADMINS},
    "/users/{user_id}/delete/": FORM,
    "/users/{user_id}/edit/": FORM,
    "/users/{user_id}/password_revoke/": FORM,
    "/users/{user_id}/qualifications/": {"POST": ADMINS},
    "/users/{user_id}/qualifications/{qualification_id}/withdraw/": {"POST": ADMINS},
    "/workinghours/": PAGE,
    "/workinghours/export/": PAGE,
    "/workinghours/own/": OWN_PAGE,
    "/workinghours/own/request/": OWN_FORM,
    "/workinghours/user/{user_id}/": PAGE,
    "/workinghours/user/{user_id}/add/": FORM,
    "/workinghours/user/{user_id}/export/": PAGE,
    "/workinghours/{entry_id}/delete/": FORM,
    "/workinghours/{entry_id}/edit/": FORM,
}
