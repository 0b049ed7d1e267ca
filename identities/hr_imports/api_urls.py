"""Addresses of HR imports for software, under /api/v1/: each behind a key that may push HR files."""

from django.urls import path

from identities.hr_imports import api
from tenants.api_keys.doors import by_key
from tenants.api_keys.models import Scope

app_name = "api_hr"
may_push = by_key(Scope.HR_PUSH)
may_deposit = by_key(Scope.HR_PUSH, kind="deposit")
RUN = "hr-runs/<uuid:run_id>/"

urlpatterns = [
    path("hr-sources/", may_push(api.Sources.as_view()), name="sources"),
    path("hr-sources/<uuid:source_id>/runs/", may_deposit(api.Deposits.as_view()), name="deposits"),
    path(RUN, may_push(api.OneRun.as_view()), name="run"),
    path(f"{RUN}apply/", may_push(api.Apply.as_view()), name="apply"),
    path(f"{RUN}abandon/", may_push(api.Abandon.as_view()), name="abandon"),
    path(f"{RUN}refused/", may_push(api.Refused.as_view()), name="refused"),
    path(f"{RUN}refused.csv", may_push(api.RefusedFile.as_view()), name="refused_file"),
]
