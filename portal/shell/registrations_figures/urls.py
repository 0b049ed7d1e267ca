"""Figures of registrations: a month, the lists behind it, its table as a file."""

from django.urls import path

from portal.shell.registrations_figures import views

app_name = "registrations_figures"
urlpatterns = [
    path("enregistrements/chiffres/", views.month, name="month"),
    path("enregistrements/chiffres/liste/", views.behind, name="behind"),
    path("enregistrements/chiffres/exporter/", views.export, name="export"),
]
