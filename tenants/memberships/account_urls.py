"""Invitations and the account itself; stands before allauth's own addresses and shuts those that we do not offer."""

from allauth.account.views import logout
from django.db import transaction
from django.urls import path, re_path

from tenants.memberships import account_views, invitation_views

app_name = "account_rights"
urlpatterns = [
    path("", account_views.account, name="account"),
    # Signing out may ask Pro Santé Connect: no transaction stays open meanwhile.
    path("logout/", transaction.non_atomic_requests(logout), name="account_logout"),
    path("sessions/couper/", account_views.sign_out_everywhere, name="sign_out_everywhere"),
    path("droits/<uuid:membership_id>/confirmer/", account_views.confirm_fellow, name="confirm_fellow"),
    path("password/set/", account_views.first_password, name="first_password"),
    path("mot-de-passe/solidite/", account_views.password_strength, name="password_strength"),
    path("invitation/<str:token>/", invitation_views.invitation, name="invitation"),
    path("email/", account_views.closed, name="closed_email"),
    re_path(r"^confirm-email/(?:(?P<key>[-:\w]+)/)?$", account_views.closed, name="closed_confirmation"),
]
