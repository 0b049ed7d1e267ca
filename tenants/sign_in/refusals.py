"""Why a door stayed shut, in words: one French sentence for the person, with what to do, and a cause for the journal."""

from dataclasses import dataclass

from portal.foundation.errors import DomainError
from tenants.memberships.models import User


@dataclass(frozen=True)
class Reason:
    """`sentence` and `advice` take {door}. `status` is that of the page."""

    code: str
    sentence: str
    advice: str
    status: int = 403


STATE = Reason(
    "retour-inconnu",
    "Cette tentative de connexion a déjà servi, ou date de plus de 10 minutes.",
    "Recommencez depuis la page de connexion, dans le même navigateur.",
    400,
)
CANCELLED = Reason(
    "annulee",
    "Vous avez annulé la connexion par {door}.",
    "Recommencez quand vous le souhaitez, ou prenez une autre porte.",
)
PROVIDER_ERROR = Reason(
    "refus-du-fournisseur",
    "{door} n'a pas pu vous connecter.",
    "Recommencez dans quelques minutes ; si le refus persiste, prenez une autre porte.",
    502,
)
UNREACHABLE = Reason(
    "fournisseur-injoignable",
    "{door} ne répond pas en ce moment.",
    "Recommencez dans quelques minutes, ou prenez une autre porte : elles restent ouvertes.",
    503,
)
NOT_RECOGNISED = Reason(
    "portail-non-reconnu",
    "{door} ne reconnaît pas Trousseau : un réglage est à corriger de notre côté.",
    "Prenez une autre porte et prévenez l'exploitant de la plateforme en lui donnant la référence ci-dessous.",
    502,
)
UNVERIFIED = Reason(
    "reponse-non-verifiee",
    "La réponse de {door} n'a pas pu être vérifiée : par prudence, personne n'a été connecté.",
    "Recommencez une fois ; si cela se répète, prévenez l'exploitant en lui donnant la référence ci-dessous.",
)
TOO_WEAK = Reason(
    "niveau-insuffisant",
    "{door} ne dit pas que vous vous êtes authentifié avec deux facteurs : Trousseau ne peut pas vous laisser entrer.",
    "Recommencez avec votre second facteur (carte, application ou clé), ou prenez une autre porte.",
)
NAMELESS = Reason(
    "identite-absente",
    "{door} n'a donné aucun identifiant : Trousseau ne sait pas qui vous êtes.",
    "Recommencez ; si cela se répète, signalez-le à l'assistance de {door} et prenez une autre porte.",
)
CONFLICT = Reason(
    "identites-en-conflit",
    "Votre identité {door} correspond à plusieurs comptes Trousseau.",
    "Prenez une autre porte, et demandez à l'administrateur de votre groupe de faire corriger vos comptes.",
    409,
)
CLOSED = Reason(
    "compte-ferme",
    "Le compte relié à votre identité {door} est fermé.",
    "Demandez à l'administrateur de votre groupe de le faire rouvrir.",
)


class DoorShutError(DomainError):
    """A door refused to open. `cause` is French, without personal data: what an operator reads in the journal.

    `user`: the account it would have opened, when it is known.
    """

    def __init__(self, reason: Reason, door: str, cause: str, user: User | None = None) -> None:
        super().__init__(f"{reason.code}: {cause}", _capital(reason.sentence.format(door=door)))
        self.reason, self.door, self.cause, self.user = reason, door, cause, user

    @property
    def advice(self) -> str:
        return self.reason.advice.format(door=self.door)


def _capital(sentence: str) -> str:
    """« le compte de la Fondation » may open a sentence."""
    return sentence[:1].upper() + sentence[1:]
