"""The journal on screen: what it shows, to whom, and the line that reading it leaves."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.operations import Act, Entry, Machine, act_label, record, record_set
from portal.journal.queries import Cursor, Filters, lines_about, lines_of_group
from portal.shell.journal import views
from tenants.memberships.permissions import Role
from tests.factories.memberships import MembershipFactory

pytestmark = pytest.mark.django_db
MOVED = Act("essai.moved", "{actor} a déplacé {object}.")
KEPT = Act("essai.kept", "{actor} a gardé {object}.")
ROBOT = Machine("Le robot rangeur")


@pytest.fixture
def page(group, administrator, client_for):
    client = client_for(administrator)

    def get(**query):
        return client.get(reverse("journal:lines", args=[group.slug]), query)

    return get


@pytest.fixture
def written(group):
    with tenant(group.id):
        record(
            ROBOT, MOVED, object_kind="establishment", object_id=group.first.pk, establishment_id=group.first.pk,
            object="l'armoire", before={"name": "Nord", "city": "Ville"}, after={"name": "Sud", "city": "Ville"},
        )  # fmt: skip
        record(Machine("Autre main"), KEPT, object_kind="file", object_id=uuid7(), object="=1+1")


def below_the_filters(response) -> str:
    return response.content.decode().split("data-auto-submit")[1].split("</form>")[1]


def test_shows_sentences_with_what_changed_in_french(page, written):
    text = page().content.decode()
    assert "Le robot rangeur a déplacé l&#x27;armoire." in text
    assert "<dt>Nom</dt>" in text
    assert "Nord" in text
    assert "Ville" not in text


@pytest.mark.parametrize(
    ("query", "seen", "hidden"),
    [
        ({"acte": "essai.kept"}, "gardé", "déplacé l"),
        ({"auteur": "robot"}, "déplacé l", "gardé"),
        ({"texte": "ARMOIRE"}, "déplacé l", "gardé"),
        ({"du": "01/01/2020", "au": "02/01/2020"}, "Aucune ligne", "déplacé l"),
        ({"du": "n'importe quoi", "acte": "rien", "avant": "x"}, "déplacé l", "Aucune ligne"),
    ],
)
def test_filters(page, written, query, seen, hidden):
    text = below_the_filters(page(**query))
    assert seen in text
    assert hidden not in text


def test_filters_by_establishment(page, group, written):
    text = below_the_filters(page(etablissement=str(group.first.pk)))
    assert "déplacé l" in text
    assert "a gardé" not in text


def test_reading_leaves_one_line_per_ten_minutes_and_filters(page, group, administrator):
    def readings() -> int:
        with tenant(group.id):
            return Line.objects.filter(act="journal_read", actor_id=administrator.pk).count()

    with time_machine.travel(now(), tick=False) as moment:
        page()
        page()
        assert readings() == 1
        page(texte="armoire")
        assert readings() == 2
        moment.shift(timedelta(minutes=11))
        page()
        assert readings() == 3
    with tenant(group.id):
        line = Line.objects.filter(act="journal_read", after={"text": "armoire"}).get()
    assert line.sentence == f"{administrator.full_name} a consulté le journal (texte « armoire »)."


def test_exports_without_formulas_and_says_so(group, administrator, client_for, written):
    response = client_for(administrator).get(
        reverse("journal:export", args=[group.slug]), {"acte": "essai.kept"}
    )
    text = response.content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Date et heure;Auteur;Acte")
    assert "Autre main a gardé =1+1." in text
    assert ";=" not in text
    with tenant(group.id):
        assert "a exporté 1 lignes du journal" in Line.objects.get(act="journal_exported").sentence


def test_refuses_an_export_beyond_what_a_spreadsheet_opens(
    group, administrator, client_for, written, monkeypatch
):
    monkeypatch.setattr(views, "EXPORT_LIMIT", 1)
    response = client_for(administrator).get(reverse("journal:export", args=[group.slug]), follow=True)
    assert "resserrez les dates" in response.content.decode()


def test_is_shut_to_a_site_manager_and_open_to_an_auditor(group, manager, client_for):
    auditor = MembershipFactory(group_id=group.id, role=Role.AUDITOR).user
    address = reverse("journal:lines", args=[group.slug])
    assert client_for(manager).get(address).status_code == 403
    assert client_for(auditor).get(address).status_code == 200


def test_pages_follow_each_other_even_within_one_moment(group):
    with tenant(group.id):
        record_set(ROBOT, KEPT, [Entry("file", uuid7(), {"object": rank}) for rank in range(25)])
        seen, cursor = [], None
        for _ in range(3):
            page = lines_of_group(Filters(), before=cursor, limit=10)
            seen += page.lines
            cursor = Cursor.read(str(page.older)) if page.older else None
    assert len({one.pk for one in seen}) == len(seen) == 25
    assert cursor is None


def test_a_site_reads_only_the_lines_of_its_own_places(group):
    person_id = uuid7()
    with tenant(group.id):
        for place in (group.first, group.second):
            record(
                ROBOT,
                MOVED,
                object_kind="person",
                object_id=person_id,
                establishment_id=place.pk,
                object=place.name,
            )
        assert len(lines_about(person_id)) == 2
    with tenant(group.id, [group.first.pk]):
        assert [one.establishment_id for one in lines_about(person_id)] == [group.first.pk]


def test_acts_are_named_without_who_and_what():
    assert act_label("essai.moved") == "A déplacé …"
    assert act_label("unknown.act") == "unknown.act"
