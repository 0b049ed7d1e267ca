"""The product's addresses and the reference pages, while a bench runs: changing addresses between two turns would empty
Django's caches and be counted as the page's own time.
"""

from django.urls import include, path

from portal.demo.bench.reference import bare_view

urlpatterns = [path("reference/<str:name>/", bare_view), path("", include("portal.urls"))]
