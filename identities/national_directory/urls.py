"""The group's pages of the Annuaire Santé, and the decisions made from a person's page, of the group or of one site."""

from django.urls import path

from identities.national_directory import campaign_views, decision_views, derive_views, views

app_name = "directory"
GROUP = "annuaire-sante/"
SITE = "e/<uuid:establishment_id>/"
PERSON = "personnes/<uuid:person_id>/annuaire-sante/"
urlpatterns = [
    path(GROUP, views.home, name="home"),
    path(f"{GROUP}liens/", views.links, name="links"),
    path(f"{GROUP}liens/export/", views.links_export, name="export_links"),
    path(f"{GROUP}sans-lien/", views.unlinked, name="unlinked"),
    path(f"{GROUP}sans-lien/export/", views.unlinked_export, name="export_unlinked"),
    path(f"{GROUP}decider/", decision_views.decide, name="decide"),
    path(f"{GROUP}rapprocher/", decision_views.match, name="match"),
    path(f"{GROUP}verifications/nouvelle/", campaign_views.start, name="start_campaign"),
    path(f"{GROUP}verifications/<uuid:campaign_id>/", campaign_views.campaign, name="campaign"),
    path(f"{GROUP}verifications/<uuid:campaign_id>/arreter/", campaign_views.stop, name="stop_campaign"),
    path(f"{GROUP}creer/", derive_views.derive, name="derive"),
    path(f"{PERSON}relier/", decision_views.link, name="link"),
    path(f"{SITE}{PERSON}relier/", decision_views.link, name="link"),
    path(f"{PERSON}ecarter/", decision_views.refuse, name="refuse"),
    path(f"{SITE}{PERSON}ecarter/", decision_views.refuse, name="refuse"),
]
