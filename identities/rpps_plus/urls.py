"""The RPPS+ portal worked by hand: gestionnaires, the worklist, one request field by field."""

from django.urls import path

from identities.rpps_plus import manager_views, views

app_name = "rpps_plus"
WORK = "enregistrements/portail/"
ONE = f"{WORK}<uuid:portal_request_id>/"
MANAGERS = "enregistrements/gestionnaires/"
MANAGER = f"{MANAGERS}<uuid:rpps_manager_id>/"
urlpatterns = [
    path(WORK, views.worklist, name="worklist"),
    path(f"{WORK}exporter/", views.export, name="export"),
    path(f"{WORK}fiches/", views.sheets, name="sheets"),
    path(ONE, views.one, name="one"),
    path(f"{ONE}diplome/", views.degree, name="degree"),
    path(f"{ONE}saisie/", views.entered, name="entered"),
    path(f"{ONE}numero/", views.number, name="number"),
    path(f"{ONE}refus/", views.refusal, name="refusal"),
    path(f"{ONE}e-cps/", views.ecps, name="ecps"),
    path(MANAGERS, manager_views.managers, name="managers"),
    path(f"{MANAGERS}nouveau/", manager_views.new_manager, name="new_manager"),
    path(MANAGER, manager_views.manager, name="manager"),
    path(f"{MANAGER}fin/", manager_views.end, name="end_manager"),
]
