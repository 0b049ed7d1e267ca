"""Rights of a group."""

from django.urls import URLPattern

app_name = "memberships"
urlpatterns: list[URLPattern] = []
