"""A group's own pages."""

from django.urls import path

from tenants.groups import views

app_name = "groups"
urlpatterns = [
    path("reglages/", views.group_settings, name="settings"),
    path("e/<uuid:establishment_id>/services/", views.units, name="units"),
    path("e/<uuid:establishment_id>/services/<uuid:unit_id>/", views.unit, name="unit"),
]
