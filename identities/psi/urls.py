"""The group's connection to API PSI."""

from django.urls import path

from identities.psi import views

app_name = "psi"
HERE = "enregistrements/connexion-psi/"
urlpatterns = [
    path(HERE, views.page, name="connection"),
    path(f"{HERE}cle/", views.key, name="key"),
    path(f"{HERE}numero/", views.establishment_format, name="format"),
    path(f"{HERE}essai/", views.trial, name="trial"),
    path(f"{HERE}arreter/", views.stop, name="stop"),
    path(f"{HERE}reprendre/", views.resume, name="resume"),
]
