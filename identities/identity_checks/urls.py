"""Identity checks: who is to be seen, the session of a site, the change of a verified identity, how long a check holds."""

from django.urls import path

from identities.identity_checks import change_views, views

app_name = "identity_checks"
SITE = "e/<uuid:establishment_id>/"
PERSON = "personnes/<uuid:person_id>/changement/"
ONE = f"{PERSON}<uuid:trait_change_id>/"
urlpatterns = [
    path("controles/", views.to_check, name="to_check"),
    path("controles/exporter/", views.export, name="export"),
    path("controles/duree/", views.validity, name="validity"),
    path(f"{SITE}controles/", views.to_check, name="to_check"),
    path(f"{SITE}controles/exporter/", views.export, name="export"),
    path(f"{SITE}controles/seance/", views.session, name="session"),
    path(PERSON, change_views.ask, name="ask_change"),
    path(f"{SITE}{PERSON}", change_views.ask, name="ask_change"),
    path(ONE, change_views.change, name="change"),
    path(f"{SITE}{ONE}", change_views.change, name="change"),
    path(f"{ONE}retirer/", change_views.withdraw, name="withdraw"),
    path(f"{SITE}{ONE}retirer/", change_views.withdraw, name="withdraw"),
]
