"""The answer to a redeemed invite code (spec 13.2)."""

from joindin.models.crew import FederationGuest


def represent_membership(guest: FederationGuest, access_token: str, host_name: str) -> dict:
    return {
        "id": guest.id,
        "name": guest.name,
        "url": guest.url,
        "client_id": guest.credentials["client_id"],
        "client_secret": guest.credentials["client_secret"],
        "access_token": access_token,
        "host_name": host_name,
    }
