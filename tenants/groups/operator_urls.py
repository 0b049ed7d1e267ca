"""The platform operator's pages."""

from django.urls import path

from tenants.groups import operator_views as views

app_name = "operator"
urlpatterns = [
    path("groupes/", views.groups, name="groups"),
    path("groupes/nouveau/", views.new_group, name="new_group"),
]
