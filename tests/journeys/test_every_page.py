"""Every page of the URL tree in a real browser: axe, 320 pixels, content policy, console, one h1, French."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from identities.duplicates.models import Pair
from identities.people.models import PersonIdentifier
from portal.demo.seed.writing import Size, seed_group
from portal.dispatch.mail import Mail
from portal.dispatch.operations import Letter, post
from portal.foundation.clock import now
from portal.foundation.tenancy import PLATFORM, tenant
from tenants.groups.models import Establishment, Group, Unit
from tenants.memberships.handlers import password_reset
from tenants.memberships.links import invitation_path
from tenants.memberships.models import User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tenants.notices.links import stop_path
from tests.factories.api_keys import make_key
from tests.factories.assignments import AssignmentFactory
from tests.factories.directory_links import CampaignFactory, DirectoryLinkFactory, LookupFactory
from tests.factories.duplicates import doubles_of
from tests.factories.hr_imports import hr_import_of
from tests.factories.identity_checks import TraitChangeFactory
from tests.factories.identity_providers import IdentityProviderFactory, RoleMappingFactory
from tests.factories.memberships import PASSWORD, InvitationFactory, MembershipFactory, UserFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory, PersonIdentifierFactory
from tests.factories.registrations import request_of
from tests.factories.reviews import review_of
from tests.factories.rpps_plus import portal_work_of
from tests.factories.self_registrations import SelfRegistrationFactory, link_to, self_registration_of
from tests.factories.situations import SituationFactory
from tests.house.addresses import SHUT, Names, section_of
from tests.house.crowd import give_to_a_person
from tests.house.rooms import Route, routes
from tests.journeys.second_factor import confirm_oneself, sign_in, type_code, type_password
from tests.journeys.strict_page import assert_accessible, assert_no_horizontal_scroll

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SMALL = Size("Petit groupe", "petit", 3, 60)
FLOOR = {"public": 9, "newcomer": 3, "founder": 3, "account": 11, "operator": 4, "group": 18, "site": 24}
FIRST_FACTOR = ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn")  # of an account that has none yet
BEFORE_CONFIRMATION = ("account_rights:account", "account_rights:confirm_fellow", "shell:choose_group")
BY_POST = "sent, never opened"
ASKED_WHO_ONE_IS = ("/compte/login/", "/compte/reauthenticate/", "/compte/2fa/")
REFUSED_HERE = {
    "shell:ready": "no worker beats in tests",
    "mfa_download_recovery_codes": "the codes are shown once, on a page",
    "identity_providers:start": "a door that is not open; tests/journeys/test_group_provider.py opens one",
    "identity_providers:callback": "a way back without a state; the same journey sees its page",
}


@dataclass
class World:
    """A small demo group and one account of each kind."""

    names: Names
    administrator: User
    operator: User
    founder: User
    newcomer: User
    reader: User


def _stays(site: Establishment) -> list:
    """One affectation in each state, all of one site."""
    soon = now() + timedelta(days=4)
    person = PersonFactory(birth_name="De La Tour-Fictive", first_names=["Camille", "Dominique"])
    PersonIdentifierFactory(person=person)
    IdentityCheckFactory(person=person)
    return [
        AssignmentFactory(establishment=site, person=person, mission=True, ends_at=soon),
        AssignmentFactory(establishment=site),
        AssignmentFactory(establishment=site, ends_at=soon, end_reason="resignation"),
        AssignmentFactory(establishment=site, planned=True),
        AssignmentFactory(establishment=site, ended=True),
    ]


def _names(group_id) -> Names:
    with tenant(group_id):
        group = Group.objects.get()
        site = Establishment.objects.order_by("pk").first()
        stays = _stays(site)
        unit = Unit.objects.filter(establishment=site).first()
        hr_import = hr_import_of(site, "Paie")
        key = make_key("Paie Siège")
        review = review_of(site, stays[0], "Revue")
        doubles = doubles_of("Paire", stays[0].person)
        number = _two_numbers(doubles["pair_id"])
        change = TraitChangeFactory(person=stays[0].person)
        campaigns = _links(stays)
        by_themself = self_registration_of(stays[0].person, site, "Parcours")
        request, at_portal = request_of(stays[1], "Demande"), portal_work_of(site, "Portail")
        situation = SituationFactory(assignment__establishment=site)
        message = post(Letter(kind="essai", target="annuaire"))
        give_to_a_person([message])
        provider = IdentityProviderFactory(draft=True, issuer="http://127.0.0.1:9/personne")
        mapping = RoleMappingFactory(
            provider=provider, establishment_ids=[site.pk], mapped_by=UserFactory(full_name="Reliée Fictive")
        )
    rights = [
        MembershipFactory(
            group_id=group_id, role=Role.SITE_MANAGER, establishment_ids=[site.pk], ends_on="2027-12-31"
        ),
        MembershipFactory(group_id=group_id, role=Role.HR, state=MembershipState.TO_CONFIRM),
        InvitationFactory(membership__group_id=group_id, membership__role=Role.AUDITOR).membership,
    ]
    ids = {
        "establishment_id": [site.pk],
        "assignment_id": [one.pk for one in stays],
        "person_id": [stays[0].person_id],
        "unit_id": [unit.pk],
        "campaign_id": [one.pk for one in campaigns],
        "message_id": [message.pk],
        "membership_id": [one.pk for one in rights],
        "mapping_id": [mapping.pk],
        "key_id": [key.row.pk],
        "group_address": [group.slug],
        "trait_change_id": [change.pk],
        "identifier_id": [number.pk],
        "situation_id": [situation.pk],
        **{
            name: [one]
            for name, one in {**hr_import, **review, **doubles, **by_themself, **request, **at_portal}.items()
        },
    }
    return Names(group.slug, ids)


def _two_numbers(pair_id) -> PersonIdentifier:
    """A national number on each side of a pair: one of them has to end before they are one."""
    pair = Pair.objects.get(pk=pair_id)
    PersonIdentifierFactory(person=pair.person, kind="rpps", value="99900000011")
    return PersonIdentifierFactory(person=pair.other, kind="rpps", value="99900000029")


def _links(stays: list) -> list:
    """With the Annuaire Santé: one linked and different, one to confirm, one refused; a check over and one at work."""
    over = CampaignFactory()
    link = DirectoryLinkFactory(
        linked=True, person=stays[0].person, differences=["other_name", "closed_here"]
    )
    LookupFactory(campaign=over, link=link)
    DirectoryLinkFactory(person=stays[1].person)
    DirectoryLinkFactory(refused=True, person=stays[2].person)
    return [over, CampaignFactory(state="api", ended_at=None, due=12, by_files=5)]


def _founders() -> list:
    """The two first administrators of a new group, accepted, nobody confirmed."""
    group_id = seed_group(Size("Groupe neuf", "neuf", 1, 5, rank=1), seed=1, progress=lambda text: None)
    return MembershipFactory.create_batch(
        2, group_id=group_id, state=MembershipState.TO_CONFIRM, is_founding=True
    )


@pytest.fixture
def world(transactional_db) -> World:
    group_id = seed_group(SMALL, seed=1, progress=lambda text: None)
    names = _names(group_id)
    founders = _founders()
    administrator = MembershipFactory(group_id=group_id).user
    names.links = {
        "account_rights:confirm_fellow": reverse("account_rights:confirm_fellow", args=[founders[1].pk]),
        "notices:stop": stop_path(administrator.pk),
        "account_rights:invitation": invitation_path(InvitationFactory(membership__group_id=group_id).pk),
        "pre_registration:open": _personal_link(group_id),
        "account_reset_password_from_key": _reset_path(administrator),
    }
    return World(
        names,
        administrator=administrator,
        operator=UserFactory(operator=True),
        founder=founders[0].user,
        newcomer=UserFactory(two_factors=False),
        reader=MembershipFactory(group_id=group_id, role=Role.DIRECTOR).user,
    )


def _personal_link(group_id) -> str:
    with tenant(group_id):
        path = SelfRegistrationFactory(establishment=Establishment.objects.order_by("pk").first())
        return reverse("pre_registration:open", args=[link_to(path)])


def _reset_path(user: User) -> str:
    return re.sub(
        r"^https?://[^/]+", "", password_reset(Mail("password_reset", PLATFORM, user.pk, {}))["link"]
    )


@dataclass
class Walk:
    """One person goes from page to page; what was wrong on all of them is told at the end."""

    context: BrowserContext
    page: Page
    seen: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("console", lambda one: one.type == "error" and self.console.append(one.text))

    def visit(self, route: Route, address: str) -> None:
        """Only what is a page is looked at; where an address sends to is looked at too, once."""
        answer = self.context.request.get(address, max_redirects=0)
        self.seen[address] = kind = _kind(answer)
        target = answer.headers.get("location", "").partition("?")[0]
        if kind == "page" or (target and target not in self.seen):
            self.page.goto(address)
            self.look(address)
        elif kind.startswith("refused") and route.name not in REFUSED_HERE:
            self.wrong.append(f"{address} answered {answer.status}")
        if target in ASKED_WHO_ONE_IS and section_of(route) != "public":
            self.wrong.append(f"{address} sends away to {target}")

    def look(self, address: str) -> None:
        complaints = self.context.complaints.found
        found = [f"console: {text}" for text in self.console] + complaints
        headings = [text for text in self.page.locator("h1").all_inner_texts() if text.strip()]
        found += [f"h1: {headings}"] if len(headings) != 1 else []
        language = self.page.locator("html").get_attribute("lang")
        found += [f"lang: {language}"] if language != "fr" else []
        for inspect in (
            assert_no_horizontal_scroll,
            lambda one: assert_accessible(one, self.context.complaints),
        ):
            try:
                inspect(self.page)
            except AssertionError as error:
                found.append(str(error))
        self.wrong += [f"{address}: {one}" for one in found]
        complaints.clear()
        self.console.clear()


def _kind(answer) -> str:
    if answer.status in {301, 302}:
        return f"→ {answer.headers['location']}"
    if answer.status == 405:
        return BY_POST
    if answer.status >= 400:
        return f"refused {answer.status}"
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return answer.headers.get("content-type", "")
    return "page" if "<html" in answer.text() else "fragment"


def _routes_of(section: str) -> list[Route]:
    if section == "newcomer":
        return [one for one in routes() if one.name in FIRST_FACTOR]
    if section == "founder":
        return [one for one in routes() if one.name in BEFORE_CONFIRMATION]
    alone = ("account_rights:confirm_fellow", "mfa_activate_totp", "mfa_authenticate")
    return [one for one in routes() if section_of(one) == section and one.name not in alone]


def _enter_newcomer(walk: Walk, world: World) -> None:
    walk.page.goto("/compte/login/")
    type_password(walk.page, world.newcomer.email, PASSWORD)
    walk.page.wait_for_url("**/compte/2fa/**")


def _enter_account(walk: Walk, world: World, plug_key) -> None:
    """With a key of their own, so that the pages of the keys have one to show."""
    plug_key(walk.page)
    walk.page.goto("/compte/login/")
    type_password(walk.page, world.administrator.email, PASSWORD)
    walk.look(walk.page.url)
    type_code(walk.page)
    walk.page.wait_for_url(lambda url: "/compte/" not in url)
    walk.page.goto("/compte/2fa/webauthn/add/")
    walk.look("asked who one is")
    confirm_oneself(walk.page)
    walk.page.get_by_label("Nom de cette clé").fill("Clé du bureau")
    walk.page.get_by_role("button", name="Enregistrer la clé").click()
    walk.page.wait_for_url(re.compile(r"/2fa/(recovery-codes/|webauthn/)$"))
    world.names.ids["pk"] = [world.administrator.authenticator_set.get(type="webauthn").pk]


@pytest.mark.parametrize("section", sorted(FLOOR))
def test_every_page_of(section: str, world: World, open_context, plug_key, capsys):
    context = open_context(viewport={"width": 1280, "height": 800})
    walk = Walk(context, context.new_page())
    if section == "newcomer":
        _enter_newcomer(walk, world)
    elif section == "account":
        _enter_account(walk, world, plug_key)
    elif section != "public":
        person = getattr(world, section, world.administrator)
        sign_in(walk.page, person.email)
    for route in _routes_of(section):
        for address in world.names.addresses(route) if route.name not in SHUT else ():
            walk.visit(route, address)
    with capsys.disabled():
        print(f"\n{section}:", *(f"{kind:10} {address}" for address, kind in walk.seen.items()), sep="\n  ")  # noqa: T201
    assert not walk.wrong, "\n".join(walk.wrong)
    assert sum(kind == "page" for kind in walk.seen.values()) >= FLOOR[section]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nulle-part/", 404),
        ("/g/nulle-part/", 404),
        ("/exploitant/groupes/", 404),
        ("/g/petit/droits/inviter/", 403),
        ("/compte/invitation/inventee/", 404),
    ],
)
def test_a_refusal_is_a_page_too(address, status, world, open_context):
    """To a reader of the group, who may open few things."""
    context = open_context(viewport={"width": 1280, "height": 800})
    walk = Walk(context, context.new_page())
    sign_in(walk.page, world.reader.email)
    assert walk.page.goto(address).status == status
    walk.console.clear()  # the browser tells the status itself
    walk.look(address)
    assert not walk.wrong, "\n".join(walk.wrong)
