"""What was sent, and what needs a person."""

from django.urls import URLPattern

app_name = "dispatch"
urlpatterns: list[URLPattern] = []
