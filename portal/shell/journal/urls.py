"""Reading the journal."""

from django.urls import path

from portal.shell.journal import views

app_name = "journal"
urlpatterns = [
    path("journal/", views.lines, name="lines"),
    path("journal/export.csv", views.export, name="export"),
]
