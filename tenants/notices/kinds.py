"""Every notice of the product, as data: who it is for, how often by default, and whether a person may do without it.

What a digest says of a kind is registered by the room that knows it (registry.py). A kind with `templates` leaves by itself,
with the act that causes it.
"""

from dataclasses import dataclass

from tenants.memberships.permissions import Permission
from tenants.notices.states import Rhythm

DIGEST = "digest"  # the template of the digest itself


@dataclass(frozen=True)
class NoticeKind:
    """`permission` None: for every account. `obligation`: why it cannot be switched off; empty for a preference."""

    code: str
    label: str
    rhythm: Rhythm
    permission: Permission | None = None
    obligation: str = ""
    templates: tuple[str, ...] = ()

    @property
    def in_digest(self) -> bool:
        return self.rhythm != Rhythm.IMMEDIATE


KINDS = (
    NoticeKind(
        "account_security",
        "Sécurité de votre compte : mot de passe, moyens de connexion, sessions fermées",
        Rhythm.IMMEDIATE,
        obligation="Vous devez pouvoir réagir tout de suite si ce n'était pas vous.",
        templates=("password_reset", "security_notice", "sessions_cut"),
    ),
    NoticeKind(
        "own_rights",
        "Vos droits : invitation, confirmation",
        Rhythm.IMMEDIATE,
        obligation="Sans ce courriel, vous ne pourriez ni ouvrir ni utiliser votre droit.",
        templates=("invitation", "membership_confirmed"),
    ),
    NoticeKind(
        "right_to_confirm",
        "Un droit sur tout le groupe vient d'être donné",
        Rhythm.IMMEDIATE,
        permission=Permission.MEMBERSHIPS_CONFIRM,
        obligation="Un second administrateur doit le vérifier : une personne attend votre réponse.",
        templates=("membership_to_confirm",),
    ),
    NoticeKind(
        "rights_waiting",
        "Droits qui attendent votre confirmation",
        Rhythm.DAILY,
        permission=Permission.MEMBERSHIPS_CONFIRM,
        obligation="Un droit sur tout le groupe ne vaut qu'après le contrôle d'un second administrateur.",
    ),
    NoticeKind(
        "missions_ending",
        "Missions qui se terminent sous 72 heures",
        Rhythm.DAILY,
        permission=Permission.DEPARTURE,
    ),
    NoticeKind("arrivals_tomorrow", "Arrivées prévues demain", Rhythm.DAILY, permission=Permission.ARRIVAL),
    NoticeKind(
        "identities_to_check",
        "Personnes présentes dont l'identité est à contrôler",
        Rhythm.WEEKLY,
        permission=Permission.IDENTITY_CHECK,
    ),
    NoticeKind(
        "messages_to_handle",
        "Envois qui attendent une personne",
        Rhythm.DAILY,
        permission=Permission.DISPATCH_SETTLE,
    ),
    NoticeKind(
        "addresses_failing",
        "Comptes du groupe qui ne reçoivent plus nos courriels",
        Rhythm.WEEKLY,
        permission=Permission.MEMBERSHIPS_GRANT,
    ),
    NoticeKind(
        "api_keys_expiring",
        "Clés d'accès des logiciels qui expirent sous 30 jours",
        Rhythm.WEEKLY,
        permission=Permission.API_KEYS_MANAGE,
    ),
    NoticeKind(
        "hr_imports_waiting",
        "Envois de logiciels RH qui attendent une personne",
        Rhythm.DAILY,
        permission=Permission.HR_IMPORT,
    ),
    NoticeKind(
        "reviews_waiting",
        "Revue annuelle des présents à terminer",
        Rhythm.WEEKLY,
        permission=Permission.PRESENCE_REVIEW,
    ),
    NoticeKind(
        "registrations_stuck",
        "Enregistrements nationaux à corriger, à compléter ou à relancer",
        Rhythm.WEEKLY,
        permission=Permission.REGISTRATION_WORK,
    ),
    NoticeKind(
        "self_registrations_to_confirm",
        "Auto-enregistrements à confirmer : rappels à 15, 7 et 3 jours de l'échéance",
        Rhythm.DAILY,
        permission=Permission.REGISTRATION_WORK,
    ),
    NoticeKind(
        "rpps_portal",
        "Portail RPPS+ : numéros en retard, e-CPS à déclarer, sites sans gestionnaire",
        Rhythm.DAILY,
        permission=Permission.REGISTRATION_WORK,
    ),
    NoticeKind(
        "situations_to_close",
        "Situations RPPS à clore depuis plus de 3 jours",
        Rhythm.DAILY,
        permission=Permission.REGISTRATION_WORK,
    ),
    NoticeKind("rights_ending", "Vos droits qui prennent fin sous 14 jours", Rhythm.WEEKLY),
)
BY_CODE = {one.code: one for one in KINDS}
# A digest kind that is not an obligation may take any of these.
CHOICES = (Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.NEVER)
OBLIGATORY_TEMPLATES = frozenset(name for one in KINDS for name in one.templates if one.obligation)
