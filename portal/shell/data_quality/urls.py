"""Data quality: figures, lists, exports."""

from django.urls import path

from portal.shell.data_quality import views

app_name = "data_quality"
urlpatterns = [
    path("qualite/", views.overview, name="overview"),
    path("qualite/personnes/", views.people, name="people"),
    path("qualite/personnes/exporter/", views.export, name="export"),
]
