"""The door of a group's own provider, mounted at /connexion/groupe/."""

from django.urls import path

from tenants.identity_providers import door_views

app_name = "identity_providers"
urlpatterns = [
    path("<slug:group_address>/", door_views.start, name="start"),
    path("<slug:group_address>/retour/", door_views.callback, name="callback"),
    path("<slug:group_address>/verifier/", door_views.check, name="check"),
    path("<slug:group_address>/essayer/", door_views.try_to_sign_in, name="try"),
]
