"""Home pages, health, errors: what needs several rooms."""

from django.urls import path

from portal.shell import health, person_page, presence_sheet, views
from portal.shell.arrivals import urls as arrivals

app_name = "shell"
urlpatterns = [
    path("", views.home, name="home"),
    path("groupes/", views.choose_group, name="choose_group"),
    path("aide/connexion/", views.sign_in_help, name="sign_in_help"),
    path("sante/vivant", health.alive, name="alive"),
    path("sante/pret", health.ready, name="ready"),
    path("g/<slug:group_slug>/", views.group_home, name="group_home"),
    path("g/<slug:group_slug>/tableau/exporter/", views.group_table, name="group_table"),
    path("g/<slug:group_slug>/e/<uuid:establishment_id>/", views.site_home, name="site_home"),
    path(
        "g/<slug:group_slug>/e/<uuid:establishment_id>/presents.pdf",
        presence_sheet.presence_sheet,
        name="presence_sheet",
    ),
    *arrivals.urlpatterns,
    path("g/<slug:group_slug>/personnes/<uuid:person_id>/", person_page.person_page, name="person"),
    path(
        "g/<slug:group_slug>/e/<uuid:establishment_id>/personnes/<uuid:person_id>/",
        person_page.person_page,
        name="person",
    ),
]
