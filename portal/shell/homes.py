"""What the home pages show: where an account lands, the group's rows, what waits for a person."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from urllib.parse import urlencode
from uuid import UUID

from identities.assignments.queries import SiteFigures, Todo, site_figures, todo_for_site
from identities.duplicates.queries import pairs_to_settle
from identities.hr_imports.notices import doubles_sentence, waiting_sentence
from identities.hr_imports.queries import doubles_left, pushes_waiting
from identities.identity_checks.queries import todo_of_changes, todo_of_checks
from identities.registrations.site_lists import requests_for_a_person, todo_of_registrations
from identities.reviews.queries import late_review, todo_of_review
from identities.self_registrations.todo import todo_of_confirmations
from portal.dispatch.queries import messages_to_handle
from portal.foundation.addresses import address
from portal.foundation.tenancy import tenant
from tenants.api_keys.notices import expiry_sentence
from tenants.api_keys.queries import keys_expiring
from tenants.groups.queries import GroupName, Place, establishment_names, groups_named, open_places
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Permission
from tenants.memberships.queries import memberships_in_force, rights_to_confirm
from tenants.notices.queries import failing_count
from tenants.notices.sections import failing_sentence


@dataclass(frozen=True)
class Destination:
    """One group of an account: its own home page when allowed, and the sites that the account is limited to."""

    group: GroupName
    url: str
    sites: tuple[tuple[str, str], ...]

    @property
    def pages(self) -> list[str]:
        return [*([self.url] if self.url else []), *(url for _, url in self.sites)]


def destinations(user: User) -> list[Destination]:
    """Where that account may land, group by group; a group without any page for it still has its line."""
    held: dict[UUID, list[Membership]] = {}
    for membership in memberships_in_force(user):
        held.setdefault(membership.group_id, []).append(membership)
    return [_destination(user, group, tuple(held[group.id])) for group in groups_named(held)]


def _destination(user: User, group: GroupName, memberships: tuple[Membership, ...]) -> Destination:
    access = Access(user, group.id, group.slug, group.name, memberships)
    home_sites = access.establishments_for(Permission.GROUP_HOME)
    url = address("shell:group_home", group_slug=group.slug) if home_sites is None or home_sites else ""
    sites = access.establishments_for(Permission.SITE_HOME)
    if sites is None or url:
        return Destination(group, url, ())
    with tenant(group.id, sites):
        names = establishment_names(sites)
    return Destination(
        group,
        url,
        tuple(
            (name, address("shell:site_home", group_slug=group.slug, establishment_id=pk))
            for pk, name in names.items()
        ),
    )


@dataclass(frozen=True)
class GroupRow:
    """One establishment in the group's table."""

    place: Place
    figures: SiteFigures
    url: str


NAMED = 3
COLUMNS = tuple(one.name for one in fields(SiteFigures))


def group_rows(access: Access) -> list[GroupRow]:
    """Every open establishment that the current door sees, with its figures, by name."""
    figures = site_figures()
    return [
        GroupRow(
            place,
            figures[place.id],
            address("shell:site_home", group_slug=access.group_slug, establishment_id=place.id),
        )
        for place in open_places()
    ]


def sorted_rows(rows: list[GroupRow], column: str, descending: bool) -> list[GroupRow]:
    """By name, category, department or a figure; an unknown column leaves the rows by name."""
    if column in COLUMNS:
        return sorted(rows, key=lambda row: getattr(row.figures, column), reverse=descending)
    if column in {"key", "category", "department"}:
        return sorted(rows, key=lambda row: getattr(row.place, column), reverse=descending)
    return rows


def totals(rows: list[GroupRow]) -> SiteFigures:
    """Of the rows shown. A person present at two sites counts at each."""
    return SiteFigures(**{name: sum(getattr(row.figures, name) for row in rows) for name in COLUMNS})


TABLE_HEADER = (
    "Établissement",
    "Ville",
    "Catégorie",
    "Département",
    "Présents",
    "Fins sous 72 h",
    "Départs du jour",
    "Arrivées sous 7 jours",
)


def table_lines(rows: list[GroupRow]) -> Iterator[list[str | int]]:
    """The group's table as a spreadsheet holds it, without its total: a person present at two sites counts at each."""
    for row in rows:
        place = row.place
        figures = [getattr(row.figures, column) for column in COLUMNS]
        yield [place.name, place.city, place.category, place.department, *figures]


@dataclass(frozen=True)
class Line:
    """One line of « À faire aujourd'hui », as components/todo.html shows it."""

    severity: str
    text: str
    detail: str
    url: str
    action: str


def site_lines(access: Access, establishment_id: UUID) -> list[Line]:
    """What the site has to do today, most urgent first, then its identities and its yearly review."""
    checks = todo_of_checks(establishment_id) if access.holds(Permission.IDENTITY_CHECK) else ()
    review = todo_of_review(establishment_id) if access.holds(Permission.PRESENCE_REVIEW) else ()
    numbers = _numbers(establishment_id) if access.holds(Permission.REGISTRATION_VIEW) else ()
    due = [_site_line(access, one) for one in (*todo_for_site(establishment_id), *checks, *numbers, *review)]
    return [*due, *_changes(access, establishment_id=establishment_id)]


def _numbers(establishment_id: UUID) -> list[Todo]:
    return [*todo_of_confirmations(establishment_id), *todo_of_registrations(establishment_id)]


def _site_line(access: Access, todo: Todo) -> Line:
    """With its address."""
    url = address(todo.route, group_slug=access.group_slug, establishment_id=access.establishment_id)
    query = f"?{urlencode(todo.query)}" if todo.query else ""
    return Line(todo.severity, todo.text, todo.detail, url + query, todo.action)


def group_lines(access: Access, rows: list[GroupRow]) -> list[Line]:
    """What the group has to do today, most urgent first."""
    own = [*_messages(access), *_rights(access), *_changes(access), *_doubles(access)]
    own += [*_failing(access), *_reviews(access), *_registrations(access)]
    return [*own, *_pushes(access), *_keys(access), *_leaving(rows), *_ending(rows)]


def _messages(access: Access) -> Iterator[Line]:
    if access.establishments_for(Permission.DISPATCH_VIEW) is not None:
        return
    count = messages_to_handle().count()
    if count:
        text = "Un envoi attend une personne." if count == 1 else f"{count} envois attendent une personne."
        yield Line("danger", text, "", "", "")


def _rights(access: Access) -> Iterator[Line]:
    count = rights_to_confirm(access)
    if count:
        text = "Un droit attend" if count == 1 else f"{count} droits attendent"
        url = address("memberships:rights", group_slug=access.group_slug)
        yield Line("warn", f"{text} votre confirmation.", "", url, "Voir les droits")


def _changes(access: Access, **place: UUID) -> Iterator[Line]:
    """Changes of verified identities that wait for a second person: not those that this one asked for."""
    count = todo_of_changes(access.actor_id) if access.holds(Permission.IDENTITY_CONFIRM) else 0
    if count:
        text = (
            "Un changement d'identité attend" if count == 1 else f"{count} changements d'identité attendent"
        )
        url = address("identity_checks:to_check", group_slug=access.group_slug, **place)
        yield Line("warn", f"{text} une seconde personne.", "", url, "Voir")


def _pushes(access: Access) -> Iterator[Line]:
    """What software sent, that a guard or nobody's confirmation holds back."""
    for run in pushes_waiting() if access.holds(Permission.HR_IMPORT) else ():
        url = address("hr_imports:run", group_slug=access.group_slug, run_id=run.pk)
        yield Line("warn", waiting_sentence(run), "", url, "Voir l'import")
    for run in doubles_left() if access.holds(Permission.HR_IMPORT) else ():
        url = address("hr_imports:lines", group_slug=access.group_slug, run_id=run.pk)
        yield Line("info", doubles_sentence(run), "", f"{url}?resultat=double", "Voir les doubles")


def _keys(access: Access) -> Iterator[Line]:
    """Keys of software about to expire, or that did lately, for those who renew them."""
    for key in keys_expiring() if access.holds(Permission.API_KEYS_MANAGE) else ():
        url = address("api_keys:key", group_slug=access.group_slug, key_id=key.pk)
        yield Line("warn", expiry_sentence(key), "", url, "Voir la clé")


def _doubles(access: Access) -> Iterator[Line]:
    """Records that look alike, for those who settle them for the whole group."""
    count = pairs_to_settle() if access.holds(Permission.DUPLICATES_SETTLE) else 0
    if count:
        text = "Deux fiches se ressemblent" if count == 1 else f"{count} paires de fiches se ressemblent"
        url = address("duplicates:pairs", group_slug=access.group_slug)
        yield Line("info", f"{text} : la même personne ?", "", url, "Comparer")


def _failing(access: Access) -> Iterator[Line]:
    """Mailboxes of the group's accounts that refuse our mails, for those who may say that they work again."""
    count = failing_count(access.group_id) if access.holds(Permission.MEMBERSHIPS_GRANT) else 0
    if count:
        url = address("notices:failing", group_slug=access.group_slug)
        yield Line("warn", failing_sentence(count), "", url, "Voir les adresses")


def _reviews(access: Access) -> Iterator[Line]:
    """Sites behind the deadline of the yearly review, for those who started it."""
    late = late_review() if access.holds(Permission.PRESENCE_REVIEW) else None
    if late is not None:
        text = "Un site n'a" if late.sites == 1 else f"{late.sites} sites n'ont"
        url = address("reviews:campaign", group_slug=access.group_slug, review_campaign_id=late.campaign_id)
        yield Line("danger", f"{text} pas terminé la revue des présents à temps.", "", url, "Voir la revue")


def _registrations(access: Access) -> Iterator[Line]:
    """Requests for a national number that only a person can move on, for those who work them."""
    count = requests_for_a_person() if access.holds(Permission.REGISTRATION_WORK) else 0
    if count:
        text = (
            "Un enregistrement national attend"
            if count == 1
            else f"{count} enregistrements nationaux attendent"
        )
        url = address("registrations:desk", group_slug=access.group_slug)
        yield Line("warn", f"{text} une personne.", "", url, "Voir")


def _leaving(rows: list[GroupRow]) -> Iterator[Line]:
    count = totals(rows).leaving_today
    if count:
        text = "Une mission se termine" if count == 1 else f"{count} missions se terminent"
        yield Line(
            "info",
            f"{text} aujourd'hui.",
            _sites(rows, "leaving_today"),
            "?tri=-leaving_today#sites",
            "Voir les sites",
        )


def _ending(rows: list[GroupRow]) -> Iterator[Line]:
    count = totals(rows).ending_72h - totals(rows).leaving_today
    if count > 0:
        text = "Une autre mission se termine" if count == 1 else f"{count} autres missions se terminent"
        yield Line(
            "info",
            f"{text} dans les 72 heures.",
            _sites(rows, "ending_72h"),
            "?tri=-ending_72h#sites",
            "Voir les sites",
        )


def _sites(rows: list[GroupRow], column: str) -> str:
    """« EHPAD Les Tilleuls (3), IME du Parc (2) et 4 autres sites »."""
    busiest = sorted_rows([row for row in rows if getattr(row.figures, column)], column, descending=True)
    said = ", ".join(f"{row.place.name} ({getattr(row.figures, column)})" for row in busiest[:NAMED])
    rest = len(busiest) - NAMED
    return said + (f" et {rest} autre{'s' * (rest > 1)} site{'s' * (rest > 1)}" if rest > 0 else "")
