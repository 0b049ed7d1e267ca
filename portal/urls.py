"""Every address of the product, room by room.

What belongs to a group lives under /g/<group_slug>/, what belongs to a site under …/e/<establishment_id>/.
"""

from django.urls import include, path

GROUP = "g/<slug:group_slug>/"

urlpatterns = [
    path("", include("portal.shell.urls")),
    path("", include("tenants.notices.urls")),
    path("compte/", include("tenants.memberships.account_urls")),
    path("compte/", include("allauth.account.urls")),
    path("compte/2fa/", include("allauth.mfa.urls")),
    path("connexion/", include("tenants.sign_in.urls")),
    path("connexion/groupe/", include("tenants.identity_providers.door_urls")),
    path("demonstration/", include("portal.demo.urls")),
    path("pre-enregistrement/", include("identities.self_registrations.public_urls")),
    path("exploitant/", include("tenants.groups.operator_urls")),
    path("exploitant/", include("identities.national_directory.operator_urls")),
    path("api/v1/", include("portal.shell.api.urls")),
    path("api/v1/", include("identities.hr_imports.api_urls")),
    path(GROUP, include("tenants.groups.urls")),
    path(GROUP, include("tenants.memberships.urls")),
    path(GROUP, include("tenants.identity_providers.urls")),
    path(GROUP, include("tenants.api_keys.urls")),
    path(GROUP, include("portal.shell.journal.urls")),
    path(GROUP, include("portal.shell.dispatch.urls")),
    path(GROUP, include("portal.shell.data_quality.urls")),
    path(GROUP, include("identities.people.urls")),
    path(GROUP, include("identities.assignments.urls")),
    path(GROUP, include("identities.identity_checks.urls")),
    path(GROUP, include("identities.hr_imports.urls")),
    path(GROUP, include("identities.duplicates.urls")),
    path(GROUP, include("identities.reviews.urls")),
    path(GROUP, include("identities.national_directory.urls")),
    path(GROUP, include("identities.psi.urls")),
    path(GROUP, include("identities.registrations.urls")),
    path(GROUP, include("identities.registrations.settings_urls")),
    path(GROUP, include("identities.rpps_plus.urls")),
    path(GROUP, include("identities.situations.urls")),
    path(GROUP, include("portal.shell.registrations_figures.urls")),
    path(GROUP, include("identities.self_registrations.urls")),
]

handler400 = "portal.shell.errors.bad_request"
handler403 = "portal.shell.errors.forbidden"
handler404 = "portal.shell.errors.not_found"
handler500 = "portal.shell.errors.server_error"
