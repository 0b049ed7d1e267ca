"""Every way a call to API PSI is known to give no answer: what matters is whether the API may have done what was asked.

What 500 and 503 mean is guessed: the contract says « erreur interne, veuillez réessayer » of the first, which may come after
the account was made, and « temporairement indisponible », without a body, of the second.
"""

from portal.foundation.errors import DomainError


class PsiError(DomainError):
    """A call without an answer that can be read. `cause` holds nothing of the person."""

    def __init__(self, cause: str, french: str) -> None:
        super().__init__(f"API PSI: {type(self).__name__} ({cause})", french)
        self.cause = cause


class PsiNotReceivedError(PsiError):
    """Surely not done: it may be sent again. `retry_after`: seconds that the API asked us to wait, 0 when it did not."""

    def __init__(self, cause: str, retry_after: float = 0) -> None:
        super().__init__(cause, f"Pro Santé Identité ne répond pas pour l'instant ({cause}).")
        self.retry_after = retry_after


class PsiMisconfiguredError(PsiError):
    """The key or the address: nothing will work before somebody mends it."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            cause,
            f"Pro Santé Identité refuse la connexion du groupe ({cause}) : vérifiez la clé, dans « Connexion PSI ».",
        )


class PsiUnknownOutcomeError(PsiError):
    """Nobody knows whether it was done: never sent again before it is reconciled."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            cause,
            f"Pro Santé Identité n'a pas dit ce qu'elle a fait de la demande ({cause}) : le portail le vérifie.",
        )
