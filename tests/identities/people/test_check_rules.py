"""What an identity check is worth, what it must say, and the civil traits that it protects."""

from datetime import timedelta

import pytest

from identities.people.check_rules import (
    VerifiedIdentityError,
    check_is_equal_strength,
    check_level,
    check_sighting,
    check_trait_change,
    holding_check,
)
from identities.people.models import CheckMethod, DocumentKind, EidasLevel, IdentityCheck, RemoteMeans
from identities.people.traits import PersonTraits, Sighting
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from tests.factories.people import IdentityCheckFactory, PersonFactory

YESTERDAY = today() - timedelta(days=1)


@pytest.mark.parametrize(
    ("sighting", "level"),
    [
        (Sighting(CheckMethod.FACE_TO_FACE, DocumentKind.PASSPORT), EidasLevel.SUBSTANTIAL),
        (Sighting(CheckMethod.FACE_TO_FACE, DocumentKind.RESIDENCE_PERMIT), EidasLevel.SUBSTANTIAL),
        (
            Sighting(CheckMethod.REMOTE, DocumentKind.IDENTITY_CARD, RemoteMeans.CERTIFIED_SERVICE),
            EidasLevel.SUBSTANTIAL,
        ),
        (
            Sighting(CheckMethod.REMOTE, remote_means=RemoteMeans.FRANCE_CONNECT_PLUS),
            EidasLevel.SUBSTANTIAL,
        ),
        (Sighting(CheckMethod.PSC), EidasLevel.SUBSTANTIAL),
        (
            Sighting(
                CheckMethod.CARRIED_OVER, DocumentKind.PASSPORT, "", "EHPAD des Lilas", checked_on=YESTERDAY
            ),
            EidasLevel.LOW,
        ),
    ],
)
def test_the_level_is_what_the_draft_text_says_and_never_high(sighting, level):
    check_sighting(sighting)
    assert check_level(sighting.method, sighting.document_kind, sighting.remote_means) == level


@pytest.mark.parametrize(
    ("sighting", "field"),
    [
        (Sighting("seen", "passport"), "method"),
        (Sighting("face_to_face", "driving_licence"), "document_kind"),
        (Sighting("face_to_face"), "document_kind"),
        (Sighting("remote", "passport"), "remote_means"),
        (Sighting("remote", "passport", "video"), "remote_means"),
        (Sighting("remote", "none", "certified_service"), "document_kind"),
        (Sighting("carried_over", "passport", checked_on=YESTERDAY), "carried_from"),
        (Sighting("carried_over", "passport", "", "x" * 121, YESTERDAY), "carried_from"),
        (Sighting("carried_over", "passport", "", "EHPAD"), "checked_on"),
        (Sighting("carried_over", "passport", "", "EHPAD", today() + timedelta(days=1)), "checked_on"),
    ],
)
def test_refuses_what_is_outside_the_closed_lists_or_left_unsaid(sighting, field):
    with pytest.raises(DomainError) as refused:
        check_sighting(sighting)
    assert refused.value.field == field


def test_a_low_check_replaces_none(door):
    with pytest.raises(DomainError):
        check_is_equal_strength(IdentityCheck(level=EidasLevel.LOW))
    check_is_equal_strength(IdentityCheck(level=EidasLevel.SUBSTANTIAL))


def changed(person, **traits):
    return PersonTraits(**vars(PersonTraits.of(person)) | traits)


def test_a_verified_identity_keeps_its_civil_traits_whatever_the_age_of_the_check(door):
    person = PersonFactory()
    IdentityCheckFactory(person=person, checked_at=now() - timedelta(days=4000))
    with pytest.raises(VerifiedIdentityError):
        check_trait_change(person, changed(person, sex="M"))
    check_trait_change(person, changed(person, phone="+33612345678"))


@pytest.mark.parametrize("how", ["never", "low", "changed since"])
def test_an_identity_that_is_not_verified_changes_at_once(door, how):
    person = PersonFactory(identity_changed_at=now() if how == "changed since" else None)
    if how != "never":
        level = "low" if how == "low" else "substantial"
        IdentityCheckFactory(person=person, level=level, checked_at=now() - timedelta(days=1))
    assert holding_check(person) is None
    check_trait_change(person, changed(person, sex="M"))
