"""Doors into the product, mounted at /connexion/."""

from django.urls import path

from tenants.sign_in import session_views, views
from tenants.sign_in.psc import views as psc

app_name = "sign_in"
urlpatterns = [
    path("portes/", views.doors, name="doors"),
    path("psc/", psc.start, name="psc_start"),
    path("psc/retour/", psc.callback, name="psc_callback"),
    path("identite-inconnue/", views.unknown, name="unknown"),
    path("identite-inconnue/relier/", views.sign_in_and_link, name="sign_in_and_link"),
    path("identite-inconnue/oublier/", views.forget, name="forget"),
    path("relier/", views.link, name="link"),
    path("delier/", views.unlink, name="unlink"),
    path("invitation/<str:token>/", views.accept, name="accept"),
    path("sessions/", session_views.sessions, name="sessions"),
    path("sessions/<int:session_id>/fermer/", session_views.close, name="close_session"),
]
