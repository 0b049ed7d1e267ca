"""Two at the same time, on two connections: one link, one path, one declaration."""

import pytest
from django.db import IntegrityError, transaction

from identities.self_registrations.models import PersonalLink, SelfRegistration
from identities.self_registrations.operations import declare_enrolled, invite
from identities.self_registrations.person_operations import open_link
from identities.self_registrations.queries import link_by_token
from identities.self_registrations.records import the_person
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.self_registrations import PersonalLinkFactory, SelfRegistrationFactory
from tests.identities.duplicates.test_at_once import at_once
from tests.identities.self_registrations.conftest import SITE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_link_opened_on_two_devices_opens_on_one(group, invited):
    path, _ = invited()

    def open_it():
        with tenant(group.id):
            link = link_by_token(PersonalLink.objects.get(registration=path, revoked_at=None).token_hash)
            return open_link(actor=the_person(link.registration), link=link)

    given = at_once(open_it, open_it)
    assert sum(isinstance(one, DomainError) for one in given) == 1
    with tenant(group.id):
        assert Line.objects.filter(act="self_registration_opened").count() == 1


def test_two_sites_people_invite_once(group, stay):
    def invite_them():
        with tenant(group.id):
            return invite(
                actor=SITE, person_ids=[stay.person_id], channel="email", establishment_id=group.first.pk
            )

    given = at_once(invite_them, invite_them)
    assert sorted(len(one.paths) for one in given) == [0, 1]
    with tenant(group.id):
        assert SelfRegistration.objects.count() == PersonalLink.objects.count() == 1


def test_declared_once(group, invited):
    path, _ = invited()

    def declare():
        with tenant(group.id):
            found = SelfRegistration.objects.select_related("person", "request").get(pk=path.pk)
            declare_enrolled(actor=SITE, path=found, enrolled_on=today())

    given = at_once(declare, declare)
    assert sum(isinstance(one, DomainError) for one in given) == 1


def test_the_database_refuses_a_second_open_path_and_a_second_living_link(group):
    with tenant(group.id):
        path = SelfRegistrationFactory(establishment=group.first)
        PersonalLinkFactory(registration=path)
        with pytest.raises(IntegrityError, match="personallink_one"), transaction.atomic():
            PersonalLinkFactory(registration=path)
        with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
            SelfRegistrationFactory(person=path.person, establishment=group.first, request=path.request)
