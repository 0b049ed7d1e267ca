"""Pages of the demo only."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from portal.demo.mailbox import outgoing_mail
from tenants.memberships.doors import public


@public("the demo's outgoing mail: fictitious, and 404 outside of the demo")
def mailbox(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    return render(request, "demo/mailbox.html", {"mails": outgoing_mail()})
