"""Affectations: lists, departures, extensions."""

from django.urls import URLPattern

app_name = "assignments"
urlpatterns: list[URLPattern] = []
