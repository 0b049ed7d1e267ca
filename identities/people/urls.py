"""People: search, identity, identifiers, checks; for the group, and behind the wall of one site."""

from django.urls import path

from identities.people import views

app_name = "people"
SITE = "e/<uuid:establishment_id>/"
PERSON = "personnes/<uuid:person_id>/"
urlpatterns = [
    path("lieux-de-naissance/", views.birth_place_choices, name="birth_places"),
    path("recherche/", views.search, name="search"),
    path(f"{SITE}recherche/", views.search, name="search"),
    path(f"{PERSON}identite/", views.edit_identity, name="edit"),
    path(f"{SITE}{PERSON}identite/", views.edit_identity, name="edit"),
    path(f"{PERSON}identifiants/", views.new_identifier, name="new_identifier"),
    path(f"{SITE}{PERSON}identifiants/", views.new_identifier, name="new_identifier"),
    path(f"{PERSON}controle/", views.check_identity, name="check_identity"),
    path(f"{SITE}{PERSON}controle/", views.check_identity, name="check_identity"),
]
