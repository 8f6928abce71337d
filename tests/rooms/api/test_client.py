"""A client that is made from the document works: others make theirs so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from callcard.api.sign_in import rate
from callcard.api.v1.document import document
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from tests.rooms.api.program import Program, one_connection
from tests.rooms.staff.windows import person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of the package."""
    folder = tmp_path_factory.mktemp("client")
    description, package = folder / "openapi.json", folder / "callcard_client"
    description.write_text(json.dumps(document()))
    config = folder / "config.yml"
    config.write_text("post_hooks: []\npackage_name_override: callcard_client\n")
    tool = str(Path(sys.executable).parent / "openapi-python-client")
    given = ["--path", str(description), "--output-path", str(package), "--meta", "none", "--config", str(config)]
    done = subprocess.run([tool, "generate", *given], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    return "callcard_client"


def _of(made: str, name: str) -> Any:
    return import_module(f"{made}.{name}")


def _client(made: str, program: Program) -> Any:
    client = _of(made, "client").AuthenticatedClient(base_url="http://127.0.0.1", token=program.token)
    transport = httpx.WSGITransport(app=get_wsgi_application())
    headers = program.headers
    return client.set_httpx_client(httpx.Client(base_url="http://127.0.0.1", headers=headers, transport=transport))


@pytest.fixture(autouse=True)
def within_the_transaction() -> Iterator[None]:
    with one_connection():
        yield


def test_the_client_reads_adds_and_is_refused(made: str) -> None:
    rate.forget()
    mali = person("mali")
    known = create_customer(name="Boun", responsible=mali, city="Pakse")
    client = _client(made, Program(mali))
    names = {path.stem: path for path in Path(_of(made, "api").__path__[0]).glob("customers/*.py")}
    listing = next(name for name in names if name.endswith("list_customers"))
    page = _of(made, f"api.customers.{listing}").sync(client=client, f_city="Pakse")
    assert [(one.id, one.name) for one in page.items] == [(known.pk, "Boun")]
    adding = _of(made, f"api.customers.{next(name for name in names if name.endswith('_add_customer'))}")
    answer = adding.sync_detailed(client=client, body=_of(made, "models").CustomerGiven(name="Noy"))
    assert (answer.status_code, answer.parsed.name) == (201, "Noy")
    assert Customer.objects.filter(name="Noy", responsible=mali).exists()
