"""The QR picture of a join link: SVG markup without inline style, coloured by the style sheet."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def picture(link: str) -> SafeString:
    """The link as `<svg class="qr">`; its modules are one path of class `qr-dark`."""
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, svgclass="qr", lineclass="qr-dark", border=2,
        nl=False, title="QR code: opens the page that follows this cluster",
    )
    return mark_safe(drawn.getvalue().decode())
