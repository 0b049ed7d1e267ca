"""Addresses of HR imports, under /g/<group_slug>/."""

from django.urls import path

from identities.hr_imports import run_views, views

app_name = "hr_imports"
RUN = "imports-rh/<uuid:run_id>/"

urlpatterns = [
    path("imports-rh/", views.sources, name="sources"),
    path("imports-rh/modele.csv", views.template_csv, name="template_csv"),
    path("imports-rh/modele.xlsx", views.template_xlsx, name="template_xlsx"),
    path("imports-rh/garde-fous/", views.guards, name="guards"),
    path("imports-rh/fonctions/", views.titles, name="titles"),
    path("imports-rh/fonctions/<uuid:title_id>/retirer/", views.forget_title, name="forget_title"),
    path("imports-rh/sources/nouvelle/", views.new_source, name="new_source"),
    path("imports-rh/sources/<uuid:source_id>/", views.source, name="source"),
    path("imports-rh/sources/<uuid:source_id>/deposer/", views.deposit, name="deposit"),
    path(RUN, run_views.run, name="run"),
    path(f"{RUN}colonnes/", run_views.columns, name="columns"),
    path(f"{RUN}lignes/", run_views.lines, name="lines"),
    path(f"{RUN}refus.csv", run_views.refused, name="refused"),
    path(f"{RUN}correspondances/", run_views.unknown, name="unknown"),
    path(f"{RUN}doubles/", run_views.doubles, name="doubles"),
    path(f"{RUN}appliquer/", run_views.apply, name="apply"),
    path(f"{RUN}annuler/", run_views.undo, name="undo"),
    path(f"{RUN}abandonner/", run_views.abandon, name="abandon"),
    path(f"{RUN}reprendre/", run_views.retry, name="retry"),
]
