"""Arrivals: one person, or a pasted batch. Mounted by portal/shell/urls.py."""

from django.urls import path

from portal.shell.arrivals import batch_views, views

SITE = "g/<slug:group_slug>/e/<uuid:establishment_id>/"
urlpatterns = [
    path(f"{SITE}arrivee/", views.arrival, name="arrival"),
    path(f"{SITE}arrivee/recherche/", views.arrival_search, name="arrival_search"),
    path(f"{SITE}arrivee/verification/", views.arrival_check, name="arrival_check"),
    path(f"{SITE}arrivee/brouillon/", views.arrival_draft_dropped, name="arrival_draft_dropped"),
    path(f"{SITE}arrivee/groupee/", batch_views.batch, name="arrival_batch"),
    path(f"{SITE}arrivee/groupee/modele.csv", batch_views.batch_template, name="arrival_batch_template"),
    path(f"{SITE}arrivee/<uuid:assignment_id>/", views.arrival_done, name="arrival_done"),
]
