"""PDF from a template, by WeasyPrint, which needs Debian's libpango: without it a PDF is refused, nothing else is."""

from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from portal.foundation.errors import DomainError

STYLE = Path(__file__).with_name("pdf.css")


class PdfUnavailableError(DomainError):
    """The machine lacks libpango-1.0-0 or libpangoft2-1.0-0."""


def pdf_response(filename: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """The template as an accessible PDF (PDF/UA-1), to be downloaded. Refuses (PdfUnavailableError) without libpango."""
    try:
        from weasyprint import CSS, HTML
    except OSError as error:
        raise PdfUnavailableError(
            f"WeasyPrint cannot load its libraries: {error}",
            "Ce serveur ne sait pas produire de PDF : demandez à l'exploitant d'installer libpango-1.0-0 et "
            "libpangoft2-1.0-0. En attendant, imprimez la page ou exportez la liste.",
        ) from error
    page = HTML(string=render_to_string(template, context))
    content = page.write_pdf(stylesheets=[CSS(filename=str(STYLE))], pdf_variant="pdf/ua-1")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
