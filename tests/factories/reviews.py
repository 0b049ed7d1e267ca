"""Reviews of who is still here, inside a tenant door."""

from datetime import timedelta
from uuid import UUID

import factory

from identities.reviews.models import Campaign, ReviewAnswer, ReviewLine, SiteReview
from portal.foundation.clock import now, today
from tests.factories.assignments import AssignmentFactory


class CampaignFactory(factory.django.DjangoModelFactory):
    """Open, to be finished in 30 days."""

    class Meta:
        model = Campaign

    started_at = factory.LazyFunction(now)
    started_by_name = "Camille Fictif"
    due_on = factory.LazyFunction(lambda: today() + timedelta(days=30))

    class Params:
        closed = factory.Trait(
            state="closed", closed_at=factory.LazyFunction(now), closed_by_name="Camille Fictif"
        )


class SiteReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SiteReview

    campaign = factory.SubFactory(CampaignFactory)


class ReviewLineFactory(factory.django.DjangoModelFactory):
    """Somebody present at the site of the review."""

    class Meta:
        model = ReviewLine

    assignment = factory.LazyAttribute(
        lambda line: AssignmentFactory(establishment_id=line.review.establishment_id, establishment=None)
    )
    establishment_id = factory.SelfAttribute("review.establishment_id")
    rank = factory.Sequence(int)
    person_name = factory.LazyAttribute(lambda line: line.assignment.person.display_name)
    function_label = "Aide-soignant"
    starts_at = factory.SelfAttribute("assignment.starts_at")


def review_of(establishment, assignment, mark: str) -> dict[str, UUID]:
    """A campaign with one site and two lines, one of them answered: the ids that stand in addresses.

    Open, unless the group has one open already: then it is one of the past.
    """
    past = Campaign.objects.filter(state="open").exists()
    campaign = CampaignFactory(closed=past, started_by_name=f"{mark} LANCEUR")
    review = SiteReviewFactory(establishment=establishment, campaign=campaign)
    line = ReviewLineFactory(review=review, assignment=assignment, person_name=f"{mark} PRESENT")
    other = ReviewLineFactory(
        review=review,
        assignment=AssignmentFactory(establishment=establishment),
        person_name=f"{mark} CONFIRME",
    )
    ReviewAnswer.objects.create(
        line=other,
        establishment_id=establishment.pk,
        kind="confirmed",
        at=now(),
        by_name=f"{mark} CONFIRMEUR",
    )
    return {
        "review_campaign_id": review.campaign_id,
        "site_review_id": review.pk,
        "review_line_id": line.pk,
    }


def more_of_review(review_id: UUID, count: int) -> None:
    """As many lines that wait, that were confirmed, and that left; and as many campaigns of the past."""
    review = SiteReview.objects.get(pk=review_id)
    for _ in range(count):
        for trait in ({}, {}, {"ended": True}):
            stay = AssignmentFactory(establishment_id=review.establishment_id, establishment=None, **trait)
            line = ReviewLineFactory(review=review, assignment=stay)
        confirmed = ReviewLineFactory(review=review)
        ReviewAnswer.objects.create(
            line=confirmed,
            establishment_id=review.establishment_id,
            kind="confirmed",
            at=now(),
            by_name="Camille Fictif",
        )
        past = SiteReviewFactory(
            establishment_id=review.establishment_id, campaign=CampaignFactory(closed=True), state="done",
            finished_at=now(), finished_by_name="Camille Fictif",
        )  # fmt: skip
        ReviewLineFactory(review=past, assignment=line.assignment)
