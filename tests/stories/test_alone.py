"""What the browser is told so that a page shares its process, and its memory, with no other site."""

from __future__ import annotations

import http.client

import pytest

from tests.stories.product import Product

pytestmark = pytest.mark.django_db(transaction=True)

_ALONE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/sign-in", "/static/ui/clock-worker.js", "/media/portraits/aa/bb.webp"])
def test_every_answer_keeps_other_sites_out(product: Product, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert {name: answer.headers[name] for name in _ALONE} == _ALONE
