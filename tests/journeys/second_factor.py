"""What a person has in their pocket: the authentication application, and signing in with it through the real pages."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page

from tests.factories.memberships import PASSWORD, TOTP_SECRET

STRONG = "girouette plinthe osier bambou clavier"


def code_shown(secret: str = TOTP_SECRET) -> str:
    """The six digits of this half-minute."""
    accepted = list(yield_hotp_counters_from_time())  # earlier, now, later
    return format_hotp_value(hotp_value(secret, accepted[len(accepted) // 2]))


def sign_in(page: Page, email: str, password: str = PASSWORD, secret: str = TOTP_SECRET) -> None:
    """Password, then code; ends where the account lands."""
    page.goto("/compte/login/")
    sign_in_here(page, email, password, secret)


def sign_in_here(page: Page, email: str, password: str = PASSWORD, secret: str = TOTP_SECRET) -> None:
    """The same on the sign-in page as it stands, with the page it was asked to lead to."""
    type_password(page, email, password)
    type_code(page, secret)


def type_code(page: Page, secret: str = TOTP_SECRET) -> None:
    """The second of the two sign-in pages."""
    page.get_by_label("Code").fill(code_shown(secret))
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.wait_for_url(lambda url: "/compte/" not in url)


def confirm_oneself(page: Page, password: str = PASSWORD) -> None:
    """« Confirmez que c'est vous », asked before a means of signing in is touched."""
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Continuer").click()


def type_password(page: Page, email: str, password: str) -> None:
    """The first of the two sign-in pages, typed and sent."""
    page.get_by_label("Courriel").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter", exact=True).click()
