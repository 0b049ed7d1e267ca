"""Situations to close: the list, one of them, and the three ways to settle it."""

from django.urls import path

from identities.situations import views

app_name = "situations"
SITE = "e/<uuid:establishment_id>/"
LIST = "enregistrements/situations/"
ONE = f"{LIST}<uuid:situation_id>/"
_ROUTES = (
    (LIST, views.situations, "list"),
    (f"{LIST}exporter/", views.export, "export"),
    (ONE, views.one, "one"),
    (f"{ONE}demander/", views.ask, "ask"),
    (f"{ONE}portail/", views.close, "close"),
    (f"{ONE}sans-objet/", views.leave_aside, "set_aside"),
)
urlpatterns = [
    path(f"{prefix}{route}", view, name=name) for prefix in ("", SITE) for route, view, name in _ROUTES
]
