"""Home pages, health, errors, arrival: what needs several rooms."""

from django.urls import URLPattern

app_name = "shell"
urlpatterns: list[URLPattern] = []
