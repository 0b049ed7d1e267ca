"""Which pages of the demo group are timed, and by whom."""

from uuid import UUID, uuid4

from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from identities.assignments.models import Assignment
from portal.demo.accounts import ACCOUNTS
from portal.demo.bench.pages import Page
from portal.foundation.tenancy import tenant
from tenants.groups.queries import group_by_slug
from tenants.memberships.models import User

SLUG = "rives"


class NoDemoGroupError(Exception):
    """The demo group is not there: run `manage.py seed_demo` first."""


def small_pages() -> tuple[Client, list[Page], int]:
    """A client signed in as the demo's group administrator, the pages, and the number of groups."""
    group = group_by_slug(SLUG)
    if group is None:
        raise NoDemoGroupError("No demo group: run manage.py seed_demo")
    with tenant(group.id):
        site = _largest_site()
        person = Assignment.objects.filter(establishment_id=site, state="running").order_by("pk")[0].person_id
    client = Client()
    client.force_login(User.objects.get(email=ACCOUNTS[0].email))
    return client, _pages(group.id, site, person), 1


def _largest_site() -> UUID:
    rows = Assignment.objects.filter(state="running").values("establishment_id").order_by()
    return rows.annotate(people=Count("pk")).order_by("-people")[0]["establishment_id"]


def _pages(group: UUID, site: UUID, person: UUID) -> list[Page]:
    values = {"group": str(group), "site": str(site), "person": str(person)}
    at_site = {"group_slug": SLUG, "establishment_id": site}
    search = reverse("people:search", kwargs={"group_slug": SLUG})
    return [
        Page("accueil_site", reverse("shell:site_home", kwargs=at_site), values),
        Page("accueil_groupe", reverse("shell:group_home", kwargs={"group_slug": SLUG}), values),
        Page("professionnels_site", reverse("assignments:people_of_site", kwargs=at_site), values),
        Page("recherche", f"{search}?q=martin", values),
        Page("fiche", reverse("shell:person", kwargs={**at_site, "person_id": person}), values),
        Page("arrivee", reverse("shell:arrival", kwargs=at_site), values, form=_arrival_form),
    ]


def _arrival_form() -> dict[str, str]:
    """A newcomer who resembles nobody: the doubles are looked for, and none is found."""
    return {
        "submission_key": str(uuid4()),
        "person": "new",
        "birth_name": "Banc-Essai",
        "first_names": "Camille",
        "birth_date": "12/04/1990",
        "sex": "F",
        "birth_place": "01053",
        "phone": "0699999999",
        "function": "R85-313",
        "contract": "temp",
        "starts_at": timezone.localtime().strftime("%d/%m/%Y %H:%M"),
        "end_choice": "three_days",
        "document_kind": "identity_card",
        "seen_by_me": "on",
    }
