"""Invitations and the account itself."""

from django.urls import URLPattern

app_name = "account_rights"
urlpatterns: list[URLPattern] = []
