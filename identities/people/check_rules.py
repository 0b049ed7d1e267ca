"""What an identity check is worth, and what it forbids: the civil traits of a verified identity do not change at once."""

from django.db.models import F, Q

from identities.people.models import CheckMethod, DocumentKind, EidasLevel, IdentityCheck, Person, RemoteMeans
from identities.people.traits import CIVIL_TRAITS, PersonTraits, Sighting
from portal.foundation.clock import PARIS, today
from portal.foundation.errors import DomainError

# RIE v2, EXI 07 (draft of 17/08/2026) and S4: national identity card, passport, residence permit. A closed list.
HIGH_CONFIDENCE_DOCUMENTS = frozenset(
    {DocumentKind.IDENTITY_CARD, DocumentKind.PASSPORT, DocumentKind.RESIDENCE_PERMIT}
)
MEANS_WITHOUT_DOCUMENT = frozenset({RemoteMeans.FRANCE_CONNECT_PLUS, RemoteMeans.CERTIFIED_MIE})
MAX_CARRIED_FROM = 120
# Of checks: those that verify the identity of their person as it is.
HOLDS = ~Q(level=EidasLevel.LOW) & (
    Q(person__identity_changed_at=None) | Q(checked_at__gte=F("person__identity_changed_at"))
)


class VerifiedIdentityError(DomainError):
    """A civil trait of a verified identity: to be asked for, with a new check."""

    def __init__(self, check: IdentityCheck) -> None:
        super().__init__(
            f"Identity verified by check {check.pk}",
            f"Cette identité a été vérifiée le {check.checked_at.astimezone(PARIS):%d/%m/%Y} : son état civil ne change"
            " qu'après un nouveau contrôle, confirmé par une seconde personne. Demandez ce changement par « Modifier"
            " l'identité », sur la fiche.",
        )


def check_level(method: str, document_kind: str, remote_means: str = "") -> EidasLevel:
    """The eIDAS level that an identity check is worth.

    RIE v2 EXI 07, draft of 17/08/2026: an identity is verified by Pro Santé Connect or another certified MIE of level
    substantial or high, or face to face (or a certified equivalent at a distance) with a high-confidence document. Those
    are counted substantial, never high: no text says so. The rest is low, as is an earlier check that was carried over.
    """
    if method == CheckMethod.PSC or (method == CheckMethod.REMOTE and remote_means in MEANS_WITHOUT_DOCUMENT):
        return EidasLevel.SUBSTANTIAL
    seen = method in (CheckMethod.FACE_TO_FACE, CheckMethod.REMOTE)
    return EidasLevel.SUBSTANTIAL if seen and document_kind in HIGH_CONFIDENCE_DOCUMENTS else EidasLevel.LOW


def check_sighting(sighting: Sighting) -> None:
    """Refuses (DomainError, with the field) what is outside the closed lists or not said: document, means, origin, date."""
    for check in (_method, _means, _document, _carried_over):
        check(sighting)


def _method(one: Sighting) -> None:
    if one.method not in CheckMethod.values:
        raise DomainError("Unknown method", "Choisissez la méthode de contrôle dans la liste.", "method")


def _document(one: Sighting) -> None:
    if one.document_kind not in DocumentKind.values:
        raise DomainError(
            "Unknown document", "Choisissez la nature du document dans la liste.", "document_kind"
        )
    remote = one.method == CheckMethod.REMOTE and one.remote_means not in MEANS_WITHOUT_DOCUMENT
    if one.document_kind == DocumentKind.NONE and (remote or one.method == CheckMethod.FACE_TO_FACE):
        raise DomainError(
            "Identity seen without a document",
            "Dites quel document a été présenté : carte nationale d'identité, passeport ou titre de séjour.",
            "document_kind",
        )


def _means(one: Sighting) -> None:
    if one.method == CheckMethod.REMOTE and one.remote_means not in RemoteMeans.values:
        raise DomainError(
            "Remote without its means",
            "Dites par quel moyen l'identité a été vérifiée à distance.",
            "remote_means",
        )


def _carried_over(one: Sighting) -> None:
    if one.method != CheckMethod.CARRIED_OVER:
        return
    if not one.carried_from.strip() or len(one.carried_from.strip()) > MAX_CARRIED_FROM:
        french = f"Dites où ce contrôle a été fait, en {MAX_CARRIED_FROM} caractères au plus : établissement, employeur…"
        raise DomainError("Carried over from nowhere", french, "carried_from")
    if one.checked_on is None:
        raise DomainError("Carried over from no date", "Indiquez la date du contrôle repris.", "checked_on")
    if one.checked_on > today():
        french = "La date du contrôle repris est à venir : vérifiez-la."
        raise DomainError("Carried over from the future", french, "checked_on")


def holding_check(person: Person) -> IdentityCheck | None:
    """The latest check that verifies the identity as it is: more than low, and no civil trait has changed since.

    Its age does not count here: what was verified stays so, though the person may be due to be seen again.
    """
    return IdentityCheck.objects.filter(HOLDS, person=person).order_by("-checked_at").first()


def check_trait_change(person: Person, traits: PersonTraits) -> None:
    """Refuses (VerifiedIdentityError) another civil trait for somebody whose identity is verified.

    RIE v1 EXI 21 and RIE v2 EXI 08 (draft): verified identity data change only after an equally reliable check. The second
    person who confirms is ours: `identities.identity_checks.operations.ask_change`.
    """
    known = PersonTraits.of(person)
    if all(getattr(traits, one) == getattr(known, one) for one in CIVIL_TRAITS):
        return
    if check := holding_check(person):
        raise VerifiedIdentityError(check)


def check_is_equal_strength(check: IdentityCheck) -> None:
    """Refuses (DomainError) a check of low level in the place of one that verified the identity."""
    if check.level == EidasLevel.LOW:
        raise DomainError(
            "A weaker check",
            "Il faut un contrôle de même force : document vu en face à face, Pro Santé Connect, ou vérification à distance"
            " certifiée. Un contrôle antérieur repris ne suffit pas.",
            "method",
        )
