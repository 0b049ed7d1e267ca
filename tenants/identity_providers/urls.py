"""« Connexion » of a group: its identity provider, as its administrators see it."""

from django.urls import path

from tenants.identity_providers import mapping_views, views

app_name = "identity_providers_group"
urlpatterns = [
    path("connexion/", views.provider, name="provider"),
    path("connexion/regler/", views.settings, name="settings"),
    path("connexion/essai/", views.trial, name="trial"),
    path("connexion/ouvrir/", views.open_door, name="open"),
    path("connexion/suspendre/", views.suspend_door, name="suspend"),
    path("connexion/refus/oublier/", views.forget_counts, name="forget_counts"),
    path("connexion/roles/ajouter/", mapping_views.add, name="add_mapping"),
    path("connexion/roles/<uuid:mapping_id>/retirer/", mapping_views.remove, name="remove_mapping"),
]
