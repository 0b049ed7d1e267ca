"""Home pages and what surrounds them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.memberships.doors import public, requires, signed_in
from tenants.memberships.permissions import Permission


@signed_in("sends each account to its own home page")
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "shell/choose_group.html")


@signed_in("the list of one's own groups")
def choose_group(request: HttpRequest) -> HttpResponse:
    return render(request, "shell/choose_group.html")


@public("what to do when one cannot sign in")
def sign_in_help(request: HttpRequest) -> HttpResponse:
    return render(request, "shell/sign_in_help.html")


@requires(Permission.GROUP_HOME)
def group_home(request: HttpRequest) -> HttpResponse:
    return render(request, "shell/group_home.html")


@requires(Permission.SITE_HOME)
def site_home(request: HttpRequest, establishment_id: object) -> HttpResponse:
    return render(request, "shell/site_home.html")
