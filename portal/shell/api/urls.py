"""The API told to people and to programs, under /api/v1/."""

from django.urls import path

from portal.shell.api import views

app_name = "api"

urlpatterns = [
    path("", views.documentation, name="documentation"),
    path("openapi.json", views.description, name="description"),
]
