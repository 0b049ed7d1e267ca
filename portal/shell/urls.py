"""Home pages, health, errors: what needs several rooms."""

from django.urls import path

from portal.shell import views
from portal.shell.arrivals import urls as arrivals

app_name = "shell"
urlpatterns = [
    path("", views.home, name="home"),
    path("groupes/", views.choose_group, name="choose_group"),
    path("aide/connexion/", views.sign_in_help, name="sign_in_help"),
    path("g/<slug:group_slug>/", views.group_home, name="group_home"),
    path("g/<slug:group_slug>/e/<uuid:establishment_id>/", views.site_home, name="site_home"),
    *arrivals.urlpatterns,
]
