"""What the stand-in can be told to do wrong. A fault strikes the given number of times, then all is well again."""

import time
from dataclasses import dataclass
from threading import Lock, local

SLOW_SECONDS = 8.0
KNOWN = {
    # claims of the id_token
    "wrong_aud": "aud d'un autre client",
    "aud_list_without_azp": "aud à deux clients, sans azp",
    "aud_list_with_azp": "aud à deux clients avec le bon azp (correct)",
    "wrong_azp": "azp d'un autre client",
    "wrong_iss": "iss d'un autre hôte",
    "acr_missing": "pas d'acr",
    "acr_unknown": "acr inconnu",
    "expired": "expiré depuis une heure",
    "issued_in_future": "daté dans une heure",
    "no_exp": "sans date de fin",
    "no_sub": "sans sub",
    "wrong_nonce": "nonce d'une autre demande",
    "no_nonce": "sans nonce",
    # its signature
    "bad_signature": "signé par une clé étrangère",
    "alg_none": "non signé",
    "alg_hs256": "signé par le secret du client",
    "unknown_kid": "kid que personne ne publie",
    "key_rotation": "nouvelle clé publiée, ancienne retirée",
    # answers of the back channel
    "token_503": "token : 503",
    "token_slow": "token : lent",
    "token_not_json": "token : page HTML",
    "token_without_id_token": "token : sans id_token",
    "userinfo_503": "userinfo : 503",
    "userinfo_slow": "userinfo : lent",
    "userinfo_not_json": "userinfo : page HTML",
    "userinfo_sub_differs": "userinfo : sub d'une autre personne",
    "userinfo_without_subject": "userinfo : ni sub, ni SubjectNameID, ni otherIds",
    "jwks_503": "certs : 503",
    "jwks_slow": "certs : lent",
    "discovery_differs": "découverte : adresses différentes",
    "discovery_503": "découverte : 503",
    "logout_503": "logout : 503",
    "logout_slow": "logout : lent",
    # what the browser brings back
    "error_login_required": "retour avec error=login_required",
    "error_server_error": "retour avec error=server_error",
    "state_altered": "retour avec un autre state",
    "iss_parameter_wrong": "retour avec un autre iss",
    "no_code": "retour sans code",
    # the Annuaire Santé API
    "directory_slow": "annuaire : lent",
    "directory_400": "annuaire : 400",
    "directory_401": "annuaire : clé refusée (401)",
    "directory_403": "annuaire : clé refusée (403)",
    "directory_429": "annuaire : trop de demandes (429)",
    "directory_500": "annuaire : 500 avec son explication",
    "directory_502": "annuaire : 502 de la passerelle",
    "directory_not_json": "annuaire : page HTML",
    "directory_truncated": "annuaire : réponse coupée",
    "directory_other_shape": "annuaire : autre ressource qu'un Bundle",
    "directory_page_gone": "annuaire : page suivante oubliée (410)",
    # API PSI: the whole call (portal/sandbox/psi/breakdowns.py)
    "psi_slow": "PSI : fait, puis lent",
    "psi_reset_before": "PSI : coupé avant d'être fait",
    "psi_reset_after": "PSI : fait, puis coupé",
    "psi_500": "PSI : 500 avant d'être fait",
    "psi_500_after": "PSI : fait, puis 500",
    "psi_502": "PSI : 502 de la passerelle",
    "psi_503": "PSI : 503 avec Retry-After",
    "psi_429": "PSI : trop de demandes (429)",
    "psi_cut_body": "PSI : fait, réponse coupée",
    "psi_wrong_type": "PSI : fait, page HTML",
    "psi_401": "PSI : clé refusée (401)",
    "psi_403": "PSI : clé refusée (403)",
    # API PSI: one part of a call that is worked
    "psi_activity_503": "PSI : service des activités indisponible",
    "psi_activity_failed": "PSI : création d'activité échouée",
    "psi_card_503": "PSI : service des cartes indisponible",
    "psi_card_refused": "PSI : carte refusée sans détail",
}


@dataclass
class _Active:
    left: int | None
    seconds: float


class Faults:
    """Those that are on, several at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread = local()
        self._active: dict[str, _Active] = {}

    def set(self, name: str, times: int | None = 1, seconds: float = SLOW_SECONDS) -> None:
        """`times` None: until told otherwise. Refuses (KeyError) an unknown one."""
        if name not in KNOWN:
            raise KeyError(name)
        with self._lock:
            self._active[name] = _Active(times, seconds)

    def clear(self) -> None:
        with self._lock:
            self._active.clear()

    def active(self) -> dict[str, int | None]:
        """Name to the strikes left."""
        return {name: one.left for name, one in self._active.items()}

    def strikes(self, name: str) -> bool:
        """Whether it strikes now; each strike is counted."""
        return self._strike(name) is not None

    def slow_down(self, name: str) -> None:
        """Sleeps in this request's own thread when the fault strikes; what is told meanwhile is for requests to come."""
        self._thread.is_late = False
        struck = self._strike(name)
        if struck is not None:
            time.sleep(struck.seconds)
            self._thread.is_late = True

    def _strike(self, name: str) -> _Active | None:
        if getattr(self._thread, "is_late", False):
            return None
        with self._lock:
            one = self._active.get(name)
            if one is not None and one.left is not None:
                one.left -= 1
                if one.left <= 0:
                    del self._active[name]
            return one


faults = Faults()
