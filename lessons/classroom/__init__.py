"""The classroom: a code on the wall, a link, a QR picture; everybody who has one follows the presenter's cluster."""
