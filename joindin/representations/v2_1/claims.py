"""Open claims of speakers, as hosts see them (spec 7.12)."""

from joindin.models import TalkClaim
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, string
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_local


class VerboseClaimSchema(ObjectSchema):
    date_added = date_time("2026-03-01T18:00:00+00:00", "In UTC.")
    display_name = string("Ada L.", "The speaker's name on the talk.")
    speaker_uri = api_url("/v2.1/users/7", "The user to be linked with the speaker.")
    talk_uri = api_url("/v2.1/talks/42")
    approve_claim_uri = api_url("/v2.1/talks/42/speakers")


class ClaimSchema(VerboseClaimSchema):
    class Meta(ObjectSchema.Meta):
        exclude = ("approve_claim_uri",)


ClaimPageSchema = collection_schema("claims", ClaimSchema)
VerboseClaimPageSchema = collection_schema("claims", VerboseClaimSchema)


def represent_claim(claim: TalkClaim, links: Links, verbose: bool = False) -> dict:
    """Return the claim; needs its speaker loaded. The date is in UTC."""
    talk_url = links.talk(claim.talk_id)
    representation = {
        "date_added": iso_local(claim.claimed_at, None),
        "display_name": claim.speaker.name,
        "speaker_uri": links.user(claim.user_id),
        "talk_uri": talk_url,
    }
    if verbose:
        representation["approve_claim_uri"] = f"{talk_url}/speakers"
    return representation
