"""The platform operator's pages."""

from django.urls import URLPattern

app_name = "operator"
urlpatterns: list[URLPattern] = []
