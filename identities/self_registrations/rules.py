"""How long links, codes and the national service's account live, and who may do what with a self-registration."""

import re
from datetime import date, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from identities.people.models import Person
from identities.registrations.models import RegistrationRequest
from identities.registrations.states import RequestState
from identities.self_registrations.models import Channel, ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.states import BEFORE_ENROLMENT, PathState
from portal.foundation.errors import DomainError

LINK_LIFE = timedelta(days=7)
CODE_LIFE = timedelta(minutes=15)
CODE_PAUSE = timedelta(seconds=60)  # between two codes of one contact
MAX_TRIES = 5
MAX_CODES = 10  # for one contact of one self-registration
# README of API PSI 0.9.1 (ANS): « an account not validated by an ES is deleted after 30 calendar days ».
DAYS_TO_CONFIRM = 30
DELETED = (
    "Les 30 jours sont passés : le compte créé au service national aura été supprimé par l'ANS. Pour recommencer, invitez de"
    " nouveau la personne, ou enregistrez-la par une autre voie."
)
TAKEN_BACK = (
    "Sa demande d'enregistrement a été retirée (départ, ou décision) : cette invitation n'ouvre plus rien. Invitez de"
    " nouveau la personne si elle travaille toujours là."
)
MAX_REASON = 300
INVITATION, CODE_MAIL = "self_registration", "self_registration_code"  # the mails of this room
_SALT = "identities.self_registrations.code"
_SIX_DIGITS = re.compile(r"\d{6}")


def deadline(enrolled_on: date) -> date:
    """The last day when the establishment may confirm an enrolment of that day (30 calendar days, ANS)."""
    return enrolled_on + timedelta(days=DAYS_TO_CONFIRM)


def is_reminded(days_left: int) -> bool:
    """At 15, 7 and 3 days from the deadline, and on the two days after each, so that no week-end hides one."""
    return any(days - 2 <= days_left <= days for days in (15, 7)) or days_left <= 3


def check_reachable(person: Person, channel: str) -> str:
    """Where the link goes. Refuses (DomainError) somebody without that contact on their record."""
    found = person.email if channel == Channel.EMAIL else person.phone
    if not found:
        what = "courriel" if channel == Channel.EMAIL else "mobile"
        other = "SMS" if channel == Channel.EMAIL else "courriel"
        french = (
            f"{person.display_name} : aucun {what} sur la fiche. Complétez la fiche, ou invitez par {other}."
        )
        raise DomainError(f"No {channel}", french, "person_id")
    return found


def check_before_enrolment(path: SelfRegistration) -> None:
    """Refuses (DomainError) a link or a code once the person is enrolled, the path over, or its request taken back."""
    check_not_taken_back(path)
    if path.state not in BEFORE_ENROLMENT:
        raise DomainError(
            "Enrolled, or over",
            f"Cet auto-enregistrement est « {path.get_state_display()} » : le lien n'y sert plus. Rechargez la page.",
        )


def can_send_link(path: SelfRegistration) -> bool:
    """Whether a link may still be given, or the invitation withdrawn."""
    return path.state in BEFORE_ENROLMENT and not is_taken_back(path)


def check_confirmable(path: SelfRegistration) -> None:
    """Refuses (DomainError) to confirm what is not declared, or is over."""
    if path.state == PathState.EXPIRED:
        raise DomainError("Expired", DELETED)
    if path.state != PathState.DECLARED:
        raise DomainError(
            "Nothing to confirm",
            f"Cet auto-enregistrement est « {path.get_state_display()} » : il n'y a rien à confirmer ici.",
        )


def can_confirm(path: SelfRegistration) -> bool:
    """Whether the establishment may confirm it now."""
    return path.state == PathState.DECLARED


def check_enrolled_on(day: date, today: date) -> None:
    """Refuses (DomainError) a day to come, and one whose 30 days are over."""
    if day > today:
        raise DomainError("Not yet", "Donnez une date passée ou celle d'aujourd'hui.", "enrolled_on")
    if deadline(day) < today:
        raise DomainError("Too late", DELETED, "enrolled_on")


def is_taken_back(path: SelfRegistration) -> bool:
    """Its request was withdrawn, by hand or because the person left before the enrolment."""
    return path.request.state == RequestState.WITHDRAWN


def check_not_taken_back(path: SelfRegistration) -> None:
    """Refuses (DomainError) a path whose request was withdrawn."""
    if is_taken_back(path):
        raise DomainError("Taken back", TAKEN_BACK)


def check_may_be_sent(request: RegistrationRequest) -> None:
    """Refuses (DomainError) an enrolment whose request lacks something: its number could never be typed back."""
    if request.state == RequestState.DRAFT:
        french = f"La demande préparée par l'établissement n'est pas complète. {' '.join(request.missing)}"
        raise DomainError("Incomplete", french.strip())


def link_refusal(link: PersonalLink, now: datetime) -> str:
    """Why that link opens nothing, in French, with what to do next; empty when it opens."""
    if link.opened_at is None and link.registration.state in (PathState.DECLARED, PathState.CONFIRMED):
        return (
            "L'établissement a noté que vous vous êtes enregistré au service national : ce lien ne sert plus."
        )
    if refusal := device_refusal(link, now):
        return refusal
    if link.opened_at is not None:
        return (
            "Ce lien a déjà été ouvert, et il ne sert qu'une fois. Reprenez sur l'appareil où vous l'avez ouvert. Si"
            " ce n'était pas vous, ou si cet appareil n'est plus là, demandez-en un nouveau à l'établissement."
        )
    return ""


def device_refusal(link: PersonalLink, now: datetime) -> str:
    """Why the device that opened that link goes no further; empty when it does."""
    path = link.registration
    if is_taken_back(path):
        return (
            "Cette invitation a été retirée. Si vous travaillez toujours là, adressez-vous à l'établissement."
        )
    if link.revoked_at is not None or path.person.merged_into_id is not None:
        return (
            "Ce lien a été remplacé ou annulé. Utilisez le plus récent que vous avez reçu ; sinon, demandez-en un à"
            " l'établissement qui vous a invité."
        )
    if link.expires_at <= now:
        return (
            "Ce lien a plus de 7 jours : il n'ouvre plus rien. Demandez-en un nouveau à l'établissement qui vous a invité ;"
            " vous reprendrez où vous en étiez."
        )
    return ""


def hash_of_code(code: ContactCode, digits: str) -> str:
    """Keyed by the portal: six digits alone would be found again from their hash."""
    return salted_hmac(_SALT, f"{code.pk}:{code.value}:{digits}", algorithm="sha256").hexdigest()


def check_may_give_code(code: ContactCode | None, value: str, now: datetime) -> None:
    """Refuses (DomainError) an eleventh code, and one less than a minute after another to the same `value`.

    Whoever mends a slip in their address is not made to wait.
    """
    if code is None:
        return
    if code.given >= MAX_CODES:
        raise DomainError(
            "Too many codes",
            "Trop de codes ont été demandés. Un nouveau lien, que donne l'établissement, permet d'en recevoir d'autres.",
            "code",
        )
    if code.value == value and code.asked_at + CODE_PAUSE > now:
        raise DomainError(
            "Too soon",
            "Un code vient de partir. Patientez une minute avant d'en demander un autre.",
            "code",
        )


def check_code(code: ContactCode | None, current_value: str, now: datetime) -> ContactCode:
    """The code that may be tried. Refuses (DomainError) none, one of another contact, too old, or tried five times."""
    if code is None or not code.code_hash or code.value != current_value:
        raise DomainError("No code", "Aucun code n'attend pour ce contact : demandez-en un d'abord.", "code")
    if code.expires_at <= now:
        raise DomainError("Too old", "Ce code a plus de 15 minutes : demandez-en un autre.", "code")
    if code.tries >= MAX_TRIES:
        raise DomainError("Too many tries", "Cinq essais sans succès : demandez un autre code.", "code")
    return code


def is_right(code: ContactCode, digits: str) -> bool:
    """Whether those are its six digits, spaces aside."""
    typed = "".join(digits.split())
    return bool(_SIX_DIGITS.fullmatch(typed)) and constant_time_compare(
        hash_of_code(code, typed), code.code_hash
    )


def proves_by_itself(link: PersonalLink, person: Person) -> bool:
    """RIE-PS 07 (draft), « by code or link »: opened from an SMS sent to the mobile that the record still has.

    A link sent by mail proves nothing by itself here: mail filters open links before anybody reads them.
    """
    return link.channel == Channel.SMS and link.sent_to == person.phone


def check_reason(text: str) -> str:
    """The reason as it is kept. Refuses (DomainError) an empty one."""
    written = " ".join(text.split())[:MAX_REASON]
    if not written:
        raise DomainError("No reason", "Écrivez pourquoi cette invitation est retirée.", "reason")
    return written
