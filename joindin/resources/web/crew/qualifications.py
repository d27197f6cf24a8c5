"""Administration of qualifications and their categories, at the addresses of ephios."""

from collections.abc import Callable
from functools import wraps

from flask import redirect, request
from wtforms import BooleanField, SelectField

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, Form, PlainTextField, choices, required
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user, sign_in_required
from joindin.operations.crew.qualifications import (
    CategoryFields,
    QualificationFields,
    create_category,
    create_qualification,
    delete_category,
    delete_qualification,
    update_category,
    update_qualification,
)
from joindin.queries.crew.people.qualification_administration import (
    find_category,
    find_qualification,
    list_categories,
    list_included_ids,
    list_qualifications,
)
from joindin.queries.crew.planning.qualification_uses import list_requiring_shifts
from joindin.resources.web.crew.common import MSG_FORBIDDEN, blp, commit_or_flash, crew_page, crew_viewer, form_page

PATH = "/settings/qualifications/"
CATEGORIES_PATH = f"{PATH}categories/"
MSG_REQUIRED = lazy_gettext("This field may not be blank.")
UUID_HINT = lazy_gettext("The same on all instances that share qualifications. Generated if you leave it empty.")


class QualificationForm(Form):
    title = PlainTextField(lazy_gettext("Title"), [required(MSG_REQUIRED)], render_kw={"maxlength": 254})
    abbreviation = PlainTextField(lazy_gettext("Abbreviation"), [required(MSG_REQUIRED)], render_kw={"maxlength": 254})
    category = SelectField(lazy_gettext("Category"), [required(lazy_gettext("Choose a category."))])
    includes = CheckboxList(lazy_gettext("Includes"))
    uuid = PlainTextField("UUID", description=UUID_HINT, render_kw={"maxlength": 36, "spellcheck": "false"})

    def fields(self) -> QualificationFields:
        included_ids = [int(each) for each in self.includes.data or ()]
        category_id = int(self.category.data)
        return QualificationFields(
            self.title.data, self.abbreviation.data, category_id, included_ids, self.uuid.data or None
        )


class CategoryForm(Form):
    title = PlainTextField(lazy_gettext("Title"), [required(MSG_REQUIRED)], render_kw={"maxlength": 254})
    is_shown_with_user = BooleanField(lazy_gettext("Shown next to the names of people"))
    uuid = PlainTextField("UUID", description=UUID_HINT, render_kw={"maxlength": 36, "spellcheck": "false"})

    def fields(self) -> CategoryFields:
        return CategoryFields(self.title.data, self.is_shown_with_user.data, self.uuid.data or None)


def manager_required(view: Callable) -> Callable:
    """Admit holders of ``manage_qualifications``; visitors have to sign in."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if not crew_viewer().viewer.has_permission("manage_qualifications"):
            raise Forbidden(MSG_FORBIDDEN)
        return view(*args, **kwargs)

    return sign_in_required(guarded)


@manager_required
def qualifications_page():
    return crew_page("web/crew/qualifications.html", qualifications=list_qualifications(db.session))


@manager_required
def create_qualification_page():
    form = _qualification_form()
    return form_page(
        "web/crew/qualification_edit.html",
        form,
        lambda: is_repeated_form() or create_qualification(db.session, form.fields(), actor=require_user()),
        gettext("The qualification is stored."),
        PATH,
        qualification=None,
    )


@manager_required
def edit_qualification_page(qualification_id):
    row = find_qualification(db.session, qualification_id)
    stored = {"title": row.title, "abbreviation": row.abbreviation, "category": str(row.category_id), "uuid": row.uuid}
    included = [str(each) for each in list_included_ids(db.session, qualification_id)]
    form = _qualification_form(own_id=qualification_id, data=stored | {"includes": included})
    return form_page(
        "web/crew/qualification_edit.html",
        form,
        lambda: update_qualification(db.session, qualification_id, form.fields(), actor=require_user()),
        gettext("The qualification is stored."),
        PATH,
        qualification=row,
    )


@manager_required
def delete_qualification_page(qualification_id):
    row = find_qualification(db.session, qualification_id)
    if request.method != "POST":
        shifts = list_requiring_shifts(db.session, qualification_id)
        return crew_page("web/crew/qualification_delete.html", title=row.title, path=PATH, shifts=shifts)
    return _delete(lambda: delete_qualification(db.session, qualification_id, actor=require_user()), PATH)


@manager_required
def categories_page():
    """Show the categories, and add one."""
    form = CategoryForm(data={"is_shown_with_user": True})
    return form_page(
        "web/crew/qualification_categories.html",
        form,
        lambda: is_repeated_form() or create_category(db.session, form.fields(), actor=require_user()),
        gettext("The category is stored."),
        CATEGORIES_PATH,
        categories=list_categories(db.session),
    )


@manager_required
def edit_category_page(category_id):
    row = find_category(db.session, category_id)
    form = CategoryForm(obj=row)
    return form_page(
        "web/crew/qualification_category.html",
        form,
        lambda: update_category(db.session, category_id, form.fields(), actor=require_user()),
        gettext("The category is stored."),
        CATEGORIES_PATH,
        category=row,
    )


@manager_required
def delete_category_page(category_id):
    row = find_category(db.session, category_id)
    if request.method != "POST":
        return crew_page("web/crew/qualification_delete.html", title=row.title, path=CATEGORIES_PATH)
    return _delete(lambda: delete_category(db.session, category_id, actor=require_user()), CATEGORIES_PATH)


def _qualification_form(own_id=None, **arguments):
    form = QualificationForm(**arguments)
    others = [row for row in list_qualifications(db.session) if row.id != own_id]
    form.includes.choices = choices((str(row.id), row.title) for row in others)
    categories = [(str(row.id), row.title) for row in list_categories(db.session)]
    form.category.choices = choices([("", gettext("Choose one")), *categories])
    return form


def _delete(write, next_path):
    commit_or_flash(write, gettext("It is deleted."))
    return redirect(next_path)


BOTH = ["GET", "POST"]
ONE, CATEGORY = f"{PATH}<positive:qualification_id>/", f"{CATEGORIES_PATH}<positive:category_id>/"
blp.add_url_rule(PATH, view_func=qualifications_page)
blp.add_url_rule(f"{PATH}create/", view_func=create_qualification_page, methods=BOTH)
blp.add_url_rule(f"{ONE}edit/", view_func=edit_qualification_page, methods=BOTH)
blp.add_url_rule(f"{ONE}delete/", view_func=delete_qualification_page, methods=BOTH)
blp.add_url_rule(CATEGORIES_PATH, view_func=categories_page, methods=BOTH)
blp.add_url_rule(f"{CATEGORY}edit/", view_func=edit_category_page, methods=BOTH)
blp.add_url_rule(f"{CATEGORY}delete/", view_func=delete_category_page, methods=BOTH)
