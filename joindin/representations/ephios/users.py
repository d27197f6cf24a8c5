"""Users and qualifications (spec 8)."""

from collections.abc import Iterable

from joindin.representations.ephios.times import iso_day


def represent_user(user, qualifications: Iterable[dict]) -> dict:
    """``user`` is a row with the columns of an account and ``date_of_birth``."""
    return {
        "id": user.id,
        "display_name": user.full_name or user.username,
        "date_of_birth": iso_day(user.date_of_birth),
        "email": user.email or "",
        "qualifications": list(qualifications),
    }


def represent_qualifications(catalogue, qualification_ids: Iterable[int]) -> list[dict]:
    """Represent the qualifications with these ids, each with everything that it includes."""
    return [
        {
            "uuid": each.uuid,
            "title": each.title,
            "abbreviation": each.abbreviation,
            "category": each.category_uuid,
            "includes": [
                catalogue.by_id[included_id].uuid for included_id in sorted(catalogue.included_ids.get(each.id, ()))
            ],
        }
        for each in (catalogue.by_id[id_] for id_ in qualification_ids)
    ]
