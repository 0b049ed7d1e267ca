"""Every way a provider is known to fail, as a refusal with its French cause."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import jwt
import requests
from urllib3.exceptions import HTTPError

from tenants.identity_providers.oidc.session import ForbiddenAddressError, OddAnswerError
from tenants.sign_in.psc.client import CAUSES
from tenants.sign_in.refusals import UNREACHABLE, UNVERIFIED, DoorShutError, Reason

CLOSED = Reason(
    "porte-fermee",
    "La connexion par {door} n'est pas ouverte en ce moment.",
    "Prenez une autre porte ; l'administrateur de votre groupe sait pourquoi celle-ci est fermée.",
)
NOT_OUR_DOMAIN = Reason(
    "adresse-refusee",
    "{door} n'a pas donné d'adresse électronique vérifiée d'un domaine du groupe : cette porte ne peut pas s'ouvrir.",
    "Prenez une autre porte, et signalez-le à l'administrateur de votre groupe en lui donnant la référence ci-dessous.",
)
GROUPS_ELSEWHERE = Reason(
    "groupes-absents",
    "{door} n'a pas transmis vos groupes : ils sont trop nombreux pour tenir dans sa réponse.",
    "Prenez une autre porte, et demandez au service informatique de ne transmettre que les groupes utiles à Trousseau.",
)


def with_words(reason: Reason, sentence: str) -> Reason:
    """The same reason with a sentence of its own, already filled but for {door}."""
    return replace(reason, sentence=sentence)


@contextmanager
def causes_in_french(door: str) -> Iterator[None]:
    """What the network, the answer or the token got wrong becomes a DoorShutError; our own errors stay errors."""
    try:
        yield
    except requests.Timeout as error:
        raise DoorShutError(UNREACHABLE, door, "délai dépassé") from error
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "sans code"
        raise DoorShutError(UNREACHABLE, door, f"réponse {status}") from error
    except requests.exceptions.JSONDecodeError as error:
        raise DoorShutError(UNVERIFIED, door, "réponse illisible") from error
    except ForbiddenAddressError as error:
        raise DoorShutError(UNVERIFIED, door, "adresse interdite") from error
    except OddAnswerError as error:
        raise DoorShutError(UNVERIFIED, door, "redirection ou réponse démesurée") from error
    except (requests.RequestException, HTTPError) as error:
        raise DoorShutError(UNREACHABLE, door, "connexion impossible") from error
    except jwt.PyJWTError as error:
        raise DoorShutError(UNVERIFIED, door, CAUSES.get(type(error).__name__, "jeton illisible")) from error
    except (KeyError, TypeError, ValueError) as error:
        raise DoorShutError(UNVERIFIED, door, "réponse mal formée") from error
