"""Yearly reviews: those of the group, and that of one site."""

from django.urls import path

from identities.reviews import site_views, views

app_name = "reviews"
SITE = "e/<uuid:establishment_id>/revues/"
ONE = "revues/<uuid:review_campaign_id>/"
MINE = f"{SITE}<uuid:site_review_id>/"
urlpatterns = [
    path("revues/", views.campaigns, name="campaigns"),
    path("revues/lancer/", views.start, name="start"),
    path("revues/chaque-annee/", views.schedule, name="schedule"),
    path(ONE, views.campaign, name="campaign"),
    path(f"{ONE}exporter/", views.export, name="export"),
    path(f"{ONE}clore/", views.close, name="close"),
    path(SITE, site_views.of_site, name="of_site"),
    path(MINE, site_views.review, name="review"),
    path(f"{MINE}exporter/", site_views.export, name="export_of_site"),
    path(f"{MINE}lignes/<uuid:review_line_id>/depart/", site_views.depart, name="depart"),
]
