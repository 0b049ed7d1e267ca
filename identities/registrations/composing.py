"""The body of a call from what the portal knows: frozen in the request when a person sends it."""

from uuid import UUID

from identities.people.models import Person
from identities.psi.payload import (
    Activity,
    Body,
    CpsCard,
    Employment,
    PsiCard,
    Registration,
    Traits,
    finess_identifier,
    rpps_on_the_wire,
)
from identities.psi.rules import issuing_establishment
from identities.registrations.models import BlockKind, RegistrationRequest
from identities.registrations.routes import FunctionRoutes, NationalCodes
from portal.foundation.clock import today
from portal.foundation.errors import DomainError

BODY_NAMES = {
    BlockKind.ACTIVITY_START: "activity",
    BlockKind.ACTIVITY_STOP: "activity",
    BlockKind.CARD_PSI: "cardOrderPsi",
    BlockKind.CARD_CPS: "cardOrderCps",
}
_CODED = {BlockKind.ACTIVITY_START, BlockKind.ACTIVITY_STOP, BlockKind.CARD_CPS}
_CARD = {
    "addressee": "addressee",
    "streetNumber": "street_number",
    "streetName": "street_name",
    "additionalAddress": "additional",
    "postalCode": "postal_code",
    "city": "city",
    "country": "country",
}


def compose(
    request: RegistrationRequest,
    blocks: set[str],
    routes: FunctionRoutes,
    rpps: str,
    establishment_format: str,
) -> Body:
    """The whole body, for a request with its person, establishment and legal entity.

    `rpps`: 11 digits or empty. Refuses (DomainError) an establishment without the number that the group sends, and an
    activity or a CPS of a function without national codes.
    """
    site = request.establishment
    issuer = issuing_establishment(
        establishment_format, finess=site.finess, siret=site.siret, legal_finess=site.legal_entity.finess
    )
    employment = Employment(issuer, request.starts_on, request.ends_on)
    codes = routes.codes
    if codes is None and blocks & _CODED:
        raise DomainError(
            f"No national codes of {routes.function_code}",
            f"Ni activité ni CPS par l'API pour cette fonction : passez par le portail RPPS+. {routes.reason}",
        )
    asks_activity = blocks & {BlockKind.ACTIVITY_START, BlockKind.ACTIVITY_STOP}
    activity = _activity(request, codes, issuer) if asks_activity and codes else None
    card: PsiCard | CpsCard | None = None
    if BlockKind.CARD_PSI in blocks:
        card = PsiCard(**{ours: request.card_address.get(theirs, "") for theirs, ours in _CARD.items()})
    elif BlockKind.CARD_CPS in blocks and codes:
        card = CpsCard(codes.profession_code, request.category)
    return Registration(
        traits_of(request.person, rpps, site.finess, request.pk), employment, activity, card
    ).body()


def _activity(request: RegistrationRequest, codes: NationalCodes, issuer: str) -> Activity:
    site = request.establishment
    return Activity(
        establishment=issuer,
        finess=site.finess,
        siret=site.siret,
        profession_code=codes.profession_code,
        category=request.category,
        role=codes.role,
        genre=request.activity_genre,
        practice_mode=request.practice_mode,
        starts_on=request.starts_on or today(),
        ends_on=request.ends_on,
        end_reason=request.end_reason,
    )


def traits_of(person: Person, rpps: str, finess: str, request_id: UUID) -> Traits:
    """As they leave. A person who is not French and has no RPPS number goes by the establishment and the request."""
    abroad = not person.birth_commune_code
    identifier = rpps_on_the_wire(rpps) if rpps else ""
    if not identifier and person.is_french is False:
        identifier = finess_identifier(finess, request_id.hex[-12:])
    return Traits(
        birth_name=person.birth_name,
        first_names=tuple(person.first_names),
        birth_date=person.birth_date,
        sex=person.sex,
        birth_code=person.birth_country_code if abroad else person.birth_commune_code,
        birth_town=person.birth_place if abroad else "",
        usage_name=person.usage_name,
        is_french=person.is_french,
        email=person.email,
        phone=person.phone,
        identifier=identifier,
    )
