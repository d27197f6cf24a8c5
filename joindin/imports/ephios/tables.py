"""The tables of the import in their order, and how relations between rows are mapped."""

from joindin.imports.ephios import map_access as access
from joindin.imports.ephios import map_events as events
from joindin.imports.ephios import map_participations as participations
from joindin.imports.ephios import map_people as people
from joindin.imports.ephios import relations
from joindin.imports.ephios.links import LinkImport
from joindin.imports.ephios.store import TableImport
from joindin.models import (
    AccessToken,
    Client,
    Consent,
    GrantedPermission,
    Group,
    GroupMember,
    RefreshToken,
    SitePage,
    User,
    crew,
)
from joindin.models import Event as EventRow
from joindin.models import Grant as GrantRow

USERS, GROUPS = "core.userprofile", "auth.group"
PERMISSIONS = GrantedPermission.__table__

STEPS = (
    TableImport(GROUPS, Group, people.map_group, unique=("name_key",)),
    TableImport(USERS, User, people.map_user, unique=("email_key",), prepare=people.add_usernames),
    LinkImport(USERS, crew.CrewProfile.__table__, relations.map_profiles, name="profiles"),
    LinkImport(USERS, GroupMember.__table__, relations.map_members, name="groups"),
    LinkImport(USERS, PERMISSIONS, relations.map_user_permissions, name="permissions"),
    LinkImport(GROUPS, PERMISSIONS, relations.map_group_permissions, name="permissions"),
    TableImport("core.qualificationcategory", crew.QualificationCategory, people.map_category, unique=("uuid",)),
    TableImport("core.qualification", crew.Qualification, people.map_qualification, unique=("uuid",)),
    LinkImport("core.qualification", crew.qualification_inclusions, relations.map_inclusions, name="includes"),
    TableImport(
        "core.qualificationgrant",
        crew.QualificationGrant,
        people.map_qualification_grant,
        unique=("user_id", "qualification_id"),
    ),
    TableImport("core.eventtype", crew.EventType, events.map_event_type),
    LinkImport(
        "core.eventtype", crew.event_type_qualifications, relations.map_type_qualifications, name="qualifications"
    ),
    LinkImport("core.eventtype", crew.event_type_visible_groups, relations.map_type_groups, name="visible for"),
    LinkImport(
        "core.eventtype",
        crew.event_type_responsible_groups,
        relations.map_type_responsible_groups,
        name="responsible groups",
    ),
    LinkImport(
        "core.eventtype",
        crew.event_type_responsible_users,
        relations.map_type_responsible_users,
        name="responsible users",
    ),
    TableImport("core.event", EventRow, events.map_event, prepare=events.add_slugs),
    LinkImport("core.event", crew.CrewDetails.__table__, relations.map_details, name="details"),
    TableImport("complexsignup.buildingblock", crew.BuildingBlock, events.map_building_block, unique=("uuid",)),
    TableImport("complexsignup.position", crew.BlockPosition, events.map_block_position),
    LinkImport(
        "complexsignup.position",
        crew.position_qualifications,
        relations.map_position_qualifications,
        name="qualifications",
    ),
    TableImport("complexsignup.blockcomposition", crew.BlockComposition, events.map_block_composition),
    TableImport("complexsignup.blockqualificationrequirement", crew.BlockRequirement, events.map_block_requirement),
    LinkImport(
        "complexsignup.blockqualificationrequirement",
        crew.requirement_qualifications,
        relations.map_requirement_qualifications,
        name="qualifications",
    ),
    TableImport("core.shift", crew.Shift, events.map_shift, prepare=events.translate_configurations),
    TableImport("questionnaires.question", crew.Question, events.map_question),
    LinkImport("questionnaires.questionnaire", crew.ShiftQuestion.__table__, relations.map_questionnaire),
    TableImport("simpleresource.resourcecategory", crew.ResourceCategory, events.map_resource_category),
    TableImport("simpleresource.resource", crew.CrewResource, events.map_resource),
    LinkImport("simpleresource.resourceallocation", crew.shift_resources, relations.map_allocation),
    LinkImport(
        "eventautoqualification.eventautoqualificationconfiguration",
        crew.EventQualification.__table__,
        relations.map_event_qualification,
    ),
    TableImport("pages.page", SitePage, events.map_page, unique=("slug",)),
    TableImport("api.application", Client, access.map_client, unique=("key",)),
    TableImport("api.refreshtoken grants", GrantRow, access.map_grant_of_refresh_token, source="api.refreshtoken"),
    TableImport("api.accesstoken grants", GrantRow, access.map_grant_of_access_token, source="api.accesstoken"),
    TableImport("api.accesstoken", AccessToken, access.map_access_token, unique=("token_hash",)),
    LinkImport("api.accesstoken", Consent.__table__, relations.map_consent, name="consents"),
    TableImport("api.refreshtoken", RefreshToken, access.map_refresh_token, unique=("token_hash",)),
    TableImport(
        "federation.federatedguest",
        crew.FederationGuest,
        participations.map_federation_guest,
        unique=("access_token_id",),
    ),
    TableImport("federation.federatedhost", crew.FederationHost, participations.map_federation_host),
    TableImport(
        "federation.invitecode", crew.FederationInvite, participations.map_federation_invite, unique=("code_hash",)
    ),
    LinkImport("federation.federatedeventshare", crew.federation_shares, relations.map_federation_share),
    TableImport(
        "federation.federateduser", crew.FederatedUser, participations.map_federated_user, unique=("guest_id", "email")
    ),
    LinkImport(
        "federation.federateduser",
        crew.federated_qualifications,
        relations.map_federated_qualifications,
        name="qualifications",
    ),
    LinkImport("guests.eventguestshare", crew.EventGuestShare.__table__, relations.map_guest_share),
    TableImport("guests.guestuser", crew.CrewGuest, participations.map_guest, unique=("access_token_hash",)),
    LinkImport(
        "guests.guestuser", crew.guest_qualifications, relations.map_guest_qualifications, name="qualifications"
    ),
    TableImport("core.abstractparticipation", crew.Participation, participations.map_participation),
    TableImport("core.participationcomment", crew.ParticipationComment, participations.map_comment),
    TableImport("questionnaires.answer", crew.QuestionAnswer, participations.map_answer),
    TableImport("questionnaires.savedanswer", crew.SavedAnswer, participations.map_saved_answer),
    TableImport("core.workinghours", crew.WorkingHours, people.map_working_hours),
    TableImport("core.consequence", crew.Consequence, people.map_consequence),
    TableImport(
        "guardian.groupobjectpermission",
        GrantedPermission,
        access.map_object_permission("group", GROUPS),
        unique=("unique_key",),
        shows_ids=False,
    ),
    TableImport(
        "guardian.userobjectpermission",
        GrantedPermission,
        access.map_object_permission("user", USERS),
        unique=("unique_key",),
        shows_ids=False,
    ),
)

# Tables that are read with others.
PARTS = {
    "core.eventtypepreference",
    "core.localparticipation",
    "core.placeholderparticipation",
    "guests.guestparticipation",
    "federation.federatedparticipation",
    "auth.permission",
    "contenttypes.contenttype",
}
# Tables without a counterpart, and the reason that the report gives.
LEFT_OUT = {
    "api.grant": "an authorization code is valid for a minute",
    "api.idtoken": "there is no OpenID Connect in ephios",
    "core.identityprovider": "set up the provider with the OIDC settings",
    "core.notification": "old notices are not kept",
    "dynamic_preferences.globalpreferencemodel": "set the name of the site with JOINDIN_SITE_NAME",
    "files.document": "the dump does not contain files",
    "sessions.session": "people sign in again",
    "admin.logentry": "the log is not part of the dump",
    "modellogging.logentry": "the log is not part of the dump",
}
DEFAULT_REASON = "there is no such table here"
