"""A group is created from the real excerpts, by the command and by the operator's pages."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import operator, tenant
from portal.journal.models import Line
from tenants.groups.finess_queries import propose_entities, split_numbers
from tenants.groups.models import Establishment, Group, LegalEntity
from tenants.groups.operations import create_group
from tenants.groups.queries import customers, free_slug
from tenants.memberships.models import Invitation, Membership
from tests.tenants.groups.places import JSON, SEMICOLON, XML_ENTITIES, XML_SITES

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

HAUT_BUGEY = "010008407"
RECIPIENTS = [("Anne Fictive", "anne@tilleuls.example"), ("Bruno Fictif", "bruno@tilleuls.example")]
TYPED = {
    "first_name": "Anne Fictive",
    "first_email": "anne@tilleuls.example",
    "second_name": "Bruno Fictif",
    "second_email": "bruno@tilleuls.example",
}


@pytest.fixture(autouse=True)
def _national_files():
    call_command(
        "load_finess", str(JSON), str(SEMICOLON), str(XML_ENTITIES), str(XML_SITES), stdout=StringIO()
    )


def create(actor, **changed):
    values = {"name": "Haut-Bugey", "legal_entities": [HAUT_BUGEY], "recipients": RECIPIENTS}
    with operator():
        return create_group(actor=actor, **{**values, **changed})


def refusal(*numbers):
    with operator(), pytest.raises(DomainError) as refused:
        propose_entities(numbers)
    return refused.value.french


def sites_of(group_id):
    with tenant(group_id):
        return {site.finess: site for site in Establishment.objects.order_by("finess")}


def test_only_the_open_social_and_medico_social_sites_are_proposed():
    with operator():
        (entity,) = propose_entities([HAUT_BUGEY])
    assert (entity.name, entity.siren) == ("CH DU HAUT BUGEY", "260110218")
    assert {(site.national.finess, site.category) for site in entity.sites} == {
        ("010786077", "EHPAD"),
        ("010786036", "EHPAD"),
        ("010007961", "SSIAD"),
    }


def test_an_entity_known_by_its_sites_only_is_proposed_without_its_name():
    with operator():
        (entity,) = propose_entities(["970302022"])
    assert (entity.name_known, entity.name) == (False, "Entité juridique 970302022")
    assert [site.national.finess for site in entity.sites] == ["970302287"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("010008408", "clé de contrôle est fausse"),
        ("12", "n'est pas un numéro FINESS"),
        ("990000010", "n'est pas dans les fichiers FINESS chargés"),
        ("010786077", "Saisissez celui de son entité juridique : 010008407"),
        ("010000164", "est fermée dans FINESS depuis le 10/07/2002"),
        ("590000741", "aucun établissement social ou médico-social ouvert"),
    ],
)
def test_a_number_that_cannot_make_a_group_is_refused_with_the_reason(number, words):
    assert words in refusal(number)


def test_no_number_at_all_is_refused():
    assert "au moins un numéro" in refusal()


@pytest.mark.parametrize(
    "typed",
    [
        "010008407\n970302022",
        "010 008 407, 970302022",
        "010008407 970302022;010008407",
        " 010008407970302022 ",
    ],
)
def test_numbers_are_read_as_people_type_them(typed):
    assert split_numbers(typed) == ["010008407", "970302022"]


def test_a_group_is_created_with_its_entities_and_sites(operator_user):
    created = create(operator_user, legal_entities=[HAUT_BUGEY, "970302022"])
    sites = sites_of(created.group.id)
    assert set(sites) == {"010786077", "010786036", "010007961", "970302287"}
    cayenne = sites["970302287"]
    assert (cayenne.category_code, cayenne.city, cayenne.department) == ("500", "CAYENNE CEDEX", "973")
    with tenant(created.group.id):
        assert set(LegalEntity.objects.values_list("finess", flat=True)) == {HAUT_BUGEY, "970302022"}
    assert created.group.slug == "haut-bugey"


@pytest.mark.slow
def test_both_administrators_are_invited(operator_user):
    created = create(operator_user)
    assert len(set(created.links)) == 2
    assert [Client().get(urlsplit(link).path).status_code for link in created.links] == [200, 200]
    invited = Membership.objects.filter(group_id=created.group.id).select_related("user")
    assert {(one.user.email, one.role) for one in invited} == {
        ("anne@tilleuls.example", "group_admin"),
        ("bruno@tilleuls.example", "group_admin"),
    }
    assert Invitation.objects.filter(membership__in=invited, accepted_at=None).count() == 2


def test_each_opening_leaves_a_line_in_the_groups_journal(operator_user):
    created = create(operator_user)
    with tenant(created.group.id):
        sentences = list(Line.objects.order_by("number").values_list("sentence", flat=True))
    assert sentences[0] == f"{operator_user.full_name} a créé le groupe « Haut-Bugey » : 3 établissements."
    assert sum("a ouvert l'établissement" in one for one in sentences) == 3


def test_unchosen_sites_stay_out_with_an_entity_that_keeps_none(operator_user):
    created = create(operator_user, legal_entities=[HAUT_BUGEY, "970302022"], sites=["010786077"])
    assert set(sites_of(created.group.id)) == {"010786077"}
    with tenant(created.group.id):
        assert LegalEntity.objects.get().finess == HAUT_BUGEY


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sites": []}, "au moins un établissement"),
        ({"sites": ["010786077", "970302287"]}, "970302287 n'est pas"),
        ({"recipients": RECIPIENTS[:1]}, "deux administrateurs"),
        ({"recipients": [RECIPIENTS[0], ("Anne", " ANNE@tilleuls.example")]}, "deux personnes différentes"),
        ({"name": " "}, "Donnez un nom"),
        ({"slug": "Été !"}, "lettres minuscules"),
    ],
)
def test_what_a_group_cannot_be_made_of_is_refused_and_writes_nothing(operator_user, changed, words):
    with pytest.raises(DomainError) as refused:
        create(operator_user, **changed)
    assert words in refused.value.french
    with operator():
        assert customers() == []


def test_an_entity_of_another_group_and_a_taken_address_are_refused(operator_user):
    create(operator_user)
    with pytest.raises(DomainError) as refused:
        create(operator_user, name="Le même")
    assert "déjà dans le groupe « Haut-Bugey »" in refused.value.french
    with pytest.raises(DomainError) as refused:
        create(operator_user, legal_entities=["970302022"], slug="haut-bugey")
    assert refused.value.field == "slug"
    with operator():
        assert len(customers()) == 1


def test_an_address_is_drawn_from_the_name_and_numbered_when_taken(operator_user):
    create(operator_user, name="Haut-Bugey")
    with operator():
        assert free_slug("Haut Bugey") == "haut-bugey-2"
        assert free_slug("L'Œuvre de l'Été & Cie") == "l-oeuvre-de-l-ete-cie"
        assert free_slug("???") == "groupe"


def command(*arguments):
    out = StringIO()
    administrators = [word for name, email in RECIPIENTS for word in ("--administrator", name, email)]
    call_command("create_group", *arguments, *administrators, "--yes", stdout=out)
    return out.getvalue()


def test_the_command_prints_the_sites_and_both_invitations():
    said = command(HAUT_BUGEY, "--name", "Haut-Bugey", "--without", "010786036")
    assert "+ 010786077 EHPAD" in said
    assert "- 010786036 EHPAD" in said
    assert "établissements : 2, adresse /g/haut-bugey/" in said
    assert said.count("Invitation de ") == 2
    assert said.count("http") == 2
    with operator():
        (customer,) = customers("haut bug")
    assert len(sites_of(customer.id)) == 2


def test_the_command_refuses_in_french():
    with pytest.raises(CommandError, match="clé de contrôle est fausse"):
        command("010008408", "--name", "Haut-Bugey")


@pytest.mark.slow
def test_the_operator_creates_a_group_in_two_pages(client_for, operator_user):
    client, url = client_for(operator_user), reverse("operator:new_group")
    assert "Étape 1 sur 2" in client.get(url).content.decode()
    second = client.get(url, {"numbers": f"{HAUT_BUGEY}\n970302022"}).content.decode()
    assert second.count('type="checkbox"') == second.count(" checked") == 4
    assert "raison sociale de l'entité juridique 970302022" in second
    sites = {
        "numbers": HAUT_BUGEY,
        "name": "Haut-Bugey",
        "slug": "bugey",
        "sites": ["010786077", "010007961"],
    }
    done = client.post(url, {**sites, **TYPED}).content.decode()
    assert "Groupe « Haut-Bugey » créé" in done
    assert done.count("http") >= 2
    with operator():
        group = Group.objects.values("id").get(slug="bugey")
    assert set(sites_of(group["id"])) == {"010786077", "010007961"}
    listed = client.get(reverse("operator:groups"), {"q": "haut"}).content.decode()
    assert "/g/bugey/" in listed
    assert "Invitations en attente" in listed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sites": []}, "Cochez au moins un établissement"),
        ({"second_email": "anne@tilleuls.example"}, "deux personnes différentes"),
        ({"numbers": "010008408"}, "clé de contrôle est fausse"),
    ],
)
def test_the_pages_keep_what_was_typed_and_say_what_to_do(client_for, operator_user, changed, words):
    typed = {"numbers": HAUT_BUGEY, "name": "Haut-Bugey", "sites": ["010786077"], **TYPED, **changed}
    page = client_for(operator_user).post(reverse("operator:new_group"), typed).content.decode()
    assert words in page.replace("&#x27;", "'")
    assert "010008408" in page if "numbers" in changed else "Anne Fictive" in page


@pytest.mark.parametrize("name", ["operator:groups", "operator:new_group"])
def test_the_pages_are_the_operators_only(client_for, administrator, name):
    assert client_for(administrator).get(reverse(name)).status_code == 404


def test_the_list_sorts_and_says_when_it_finds_nothing(client_for, operator_user):
    create(operator_user)
    create(operator_user, name="Cayenne", legal_entities=["970302022"], recipients=RECIPIENTS)
    client, url = client_for(operator_user), reverse("operator:groups")
    by_name = client.get(url, {"tri": "-name"}).content.decode()
    assert by_name.index("Haut-Bugey") < by_name.index("Cayenne")
    by_date = client.get(url, {"tri": "created_at"}).content.decode()
    assert by_date.index("Haut-Bugey") < by_date.index("Cayenne")
    assert "Aucun groupe de ce nom" in client.get(url, {"q": "inconnu"}).content.decode()
