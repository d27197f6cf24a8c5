"""Finding applications. Everybody finds their own, and nobody another's."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Client
from joindin.queries.paging import Page, Paging
from joindin.utils.text import strip_control_chars


def list_owned_clients(session, owner_id: int, paging: Paging) -> Page:
    """Somebody's applications, newest first."""
    own = Client.owner_id == owner_id
    total = session.scalar(select(func.count()).select_from(Client).where(own))
    return Page(
        session.scalars(paging.slice(select(Client).where(own).order_by(Client.id.desc()))).all(), total, paging
    )


def list_all_clients(session, paging: Paging) -> Page:
    """Everybody's applications with their owners, newest first."""
    total = session.scalar(select(func.count()).select_from(Client))
    rows = select(Client).options(joinedload(Client.owner)).order_by(Client.id.desc())
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)


def find_client_with_owner(session, client_id: int) -> Client:
    """Anybody's application; who may see it is for the caller to ask."""
    client = session.scalar(select(Client).where(Client.id == client_id).options(joinedload(Client.owner)))
    if client is None:
        raise NotFound("No application found")
    return client


def get_owned_client(session, owner_id: int, client_id: int) -> Client | None:
    return session.scalar(select(Client).where(Client.id == client_id, Client.owner_id == owner_id))


def get_client_by_key(session, key: str) -> Client | None:
    """The application with that key, with its owner."""
    if key != strip_control_chars(key):
        return None
    return session.scalar(select(Client).where(Client.key == key).options(joinedload(Client.owner)))


def find_owned_client(session, owner_id: int, client_id: int) -> Client:
    client = get_owned_client(session, owner_id, client_id)
    if client is None:
        raise NotFound("No application found")
    return client
