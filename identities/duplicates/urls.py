"""Doubles of a group: lists, two records side by side, decisions, merges and their undoing."""

from django.urls import path

from identities.duplicates import merge_views, views

app_name = "duplicates"
ROOT = "doublons/"
PAIR = f"{ROOT}<uuid:pair_id>/"
urlpatterns = [
    path(ROOT, views.pairs, name="pairs"),
    path(f"{ROOT}recherche/", views.search, name="search"),
    path(f"{ROOT}fusions/", merge_views.merges, name="merges"),
    path(f"{ROOT}fusions/<uuid:merge_id>/defaire/", merge_views.undo, name="undo"),
    path(f"{ROOT}comparer/<uuid:person_id>/", merge_views.propose, name="propose"),
    path(PAIR, views.pair, name="pair"),
    path(f"{PAIR}plus-tard/", views.later, name="later"),
    path(f"{PAIR}deux-personnes/", views.homonyms, name="homonyms"),
    path(f"{PAIR}revenir/", views.reconsider, name="reconsider"),
    path(f"{PAIR}reunir/", merge_views.merge, name="merge"),
    path(f"{PAIR}numeros/<uuid:identifier_id>/fin/", merge_views.end_number, name="end_number"),
]
