"""Local accounts: allauth account and mfa, by invitation only, two factors always (portal/decisions/0003-sign-in.md)."""

import os

AUTH_USER_MODEL = "memberships.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "tenants.sign_in.backend.DoorBackend",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "tenants.memberships.passwords.EntropyValidator"}]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "shell:home"
ACCOUNT_ADAPTER = "tenants.memberships.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation link proves the address
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to an address that is nobody's
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "change_password": "tenants.memberships.password_fields.ChangePasswordForm",
    "reset_password_from_key": "tenants.memberships.password_fields.ResetPasswordKeyForm",
}
PASSWORD_RESET_TIMEOUT = 2 * 3600

# RIE v1.0, personnes physiques, EXI 25: more than a minute after 5 failures, at most 25 tries a day. By account; limits by
# address stay wide, a whole establishment goes out by one. Counted in the cache that all processes share.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/m/key,25/d/key,200/m/ip",
    "login": "300/m/ip",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
    "password_strength": "600/m/ip",
    "doors": "300/m/ip",
    "door_trips": "300/m/ip",
    "personal_link": "120/m/ip",  # pages behind the link of a self-registration
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
# How many reverse proxies of ours add to X-Forwarded-For; 0 reads the peer's own address.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))

MFA_ADAPTER = "tenants.memberships.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Trousseau"

# Portal session: 4 h absolute, 30 min idle (RIE recommendation).
SESSION_SERIALIZER = "tenants.memberships.adapters.EncryptedSessionSerializer"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"
SESSION_COOKIE_AGE = 4 * 3600
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
