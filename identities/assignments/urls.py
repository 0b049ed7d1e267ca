"""Affectations: lists, departures, extensions."""

from django.urls import path

from identities.assignments import list_views, move_views, views

app_name = "assignments"
SITE = "e/<uuid:establishment_id>/"
ONE = f"{SITE}affectations/<uuid:assignment_id>/"
urlpatterns = [
    path("professionnels/", list_views.people_in_group, name="people_in_group"),
    path("affectations/<uuid:assignment_id>/changer/", move_views.move, name="move"),
    path("affectations/<uuid:assignment_id>/annuler-changement/", move_views.undo, name="undo_move"),
    path("professionnels/exporter/", list_views.export_of_group, name="export_of_group"),
    path(f"{SITE}professionnels/", list_views.people_of_site, name="people_of_site"),
    path(f"{SITE}professionnels/exporter/", list_views.export_of_site, name="export_of_site"),
    path(f"{SITE}departs/", views.departures, name="departures"),
    path(f"{ONE}depart/", views.depart, name="depart"),
    path(f"{ONE}prolonger/", views.extend, name="extend"),
    path(f"{ONE}annuler-depart/", views.undo_departure, name="cancel_departure"),
    path(f"{ONE}annuler/", views.cancel, name="cancel"),
]
