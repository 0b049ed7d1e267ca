"""Rights of a group."""

from django.urls import path

from tenants.memberships import list_views, views

app_name = "memberships"
urlpatterns = [
    path("droits/", list_views.rights, name="rights"),
    path("droits/exporter/", list_views.export, name="export"),
    path("droits/inviter/", views.invite_person, name="invite"),
    path("droits/<uuid:membership_id>/", views.right, name="right"),
    path("droits/<uuid:membership_id>/confirmer/", views.confirm, name="confirm"),
    path("droits/<uuid:membership_id>/modifier/", views.change, name="change"),
    path("droits/<uuid:membership_id>/terminer/", views.end, name="end"),
    path("droits/<uuid:membership_id>/seconds-facteurs/", views.factors, name="factors"),
    path("droits/<uuid:membership_id>/renvoyer/", views.resend, name="resend"),
]
