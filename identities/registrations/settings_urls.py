"""The settings of registrations."""

from django.urls import path

from identities.registrations import settings_views

app_name = "registrations_settings"
urlpatterns = [path("enregistrements/reglages/", settings_views.edit, name="edit")]
