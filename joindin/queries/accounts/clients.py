"""OAuth clients. Users find their own clients only."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Client
from joindin.queries.paging import Page, Paging, paginate
from joindin.utils.text import strip_control_chars


def list_owned_clients(session, owner_id: int, paging: Paging) -> Page:
    """List the clients of a user, newest first."""
    return paginate(session, select(Client).where(Client.owner_id == owner_id).order_by(Client.id.desc()), paging)


def list_all_clients(session, paging: Paging) -> Page:
    """List all clients with their owners, newest first."""
    return paginate(session, select(Client).order_by(Client.id.desc()), paging, joinedload(Client.owner))


def find_client_with_owner(session, client_id: int) -> Client:
    """Return any client; the caller checks the permission."""
    client = session.scalar(select(Client).where(Client.id == client_id).options(joinedload(Client.owner)))
    if client is None:
        raise NotFound("No application found")
    return client


def get_owned_client(session, owner_id: int, client_id: int) -> Client | None:
    return session.scalar(select(Client).where(Client.id == client_id, Client.owner_id == owner_id))


def get_client_by_key(session, key: str, *, kind: str | None = None) -> Client | None:
    """Return the client with that key, of that kind if one is given, and its owner; None if there is none."""
    if key != strip_control_chars(key):
        return None
    client = session.scalar(select(Client).where(Client.key == key).options(joinedload(Client.owner)))
    return client if client is None or kind in (None, client.kind) else None


def find_owned_client(session, owner_id: int, client_id: int) -> Client:
    client = get_owned_client(session, owner_id, client_id)
    if client is None:
        raise NotFound("No application found")
    return client
