"""The platform operator's page of the national directory."""

from django.urls import path

from identities.national_directory import operator_views as views

app_name = "operator_directory"
urlpatterns = [path("annuaire/", views.loads, name="loads")]
