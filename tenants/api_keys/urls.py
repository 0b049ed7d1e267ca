"""Addresses of the keys, under /g/<group_slug>/."""

from django.urls import path

from tenants.api_keys import views

app_name = "api_keys"

urlpatterns = [
    path("cles/", views.keys, name="keys"),
    path("cles/nouvelle/", views.new, name="new"),
    path("cles/<uuid:key_id>/", views.key, name="key"),
    path("cles/<uuid:key_id>/renouveler/", views.renew, name="renew"),
    path("cles/<uuid:key_id>/revoquer/", views.revoke, name="revoke"),
]
