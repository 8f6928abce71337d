"""One order, spoken by certbot's own library: account, names, the question on port 80, certificate (RFC 8555)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast

import requests
from acme import challenges, crypto_util, errors, messages
from acme.client import ClientNetwork, ClientV2
from acme.standalone import HTTP01RequestHandler, HTTP01Server
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWKEC

from callcard import __version__
from callcard.config.acme import kept
from callcard.config.acme.certificates import new_key, pem_of
from callcard.config.acme.rules import are_apart
from callcard.config.acme.wish import Wish

_ANSWER_SECONDS = 20
_ORDER_SECONDS = 120
_STALE_NONCES = 3


class NotGot(Exception):
    """In words, with what to do next. `wait`: how long the authority asked to wait, if it did."""

    def __init__(self, words: str, wait: timedelta | None = None) -> None:
        super().__init__(words)
        self.wait = wait


class _Network(ClientNetwork):
    """Remembers of the last answer what the library does not hand on."""

    last: requests.Response | None = None

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        """With a fresh nonce as often as the authority says that one is stale (RFC 8555, 6.5), within reason."""
        for _again in range(_STALE_NONCES):
            try:
                return super().post(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce":
                    raise
        return super().post(*args, **kwargs)

    def _send_request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        self.last = super()._send_request(method, url, *args, **kwargs)
        return self.last

    def time_there(self) -> datetime | None:
        return _moment(self.last.headers.get("Date", "")) if self.last is not None else None

    def asked_to_wait(self) -> timedelta | None:
        said = self.last.headers.get("Retry-After", "") if self.last is not None and not self.last.ok else ""
        if said.isascii() and said.isdigit():
            return timedelta(seconds=min(int(said), 10**7))
        moment = _moment(said)
        return max(moment - datetime.now(UTC), timedelta()) if moment else None


def _moment(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None


class Authority:
    """Whom we ask, with our account's key. Raises NotGot, also when its clock and this machine's differ."""

    def __init__(self, wish: Wish, now: datetime) -> None:
        self._wish = wish
        self._network = _Network(
            JWKEC(key=_account_key(wish)),
            alg=ES256,
            verify_ssl=cast("bool", wish.authority or True),  # requests takes a file, too
            user_agent=f"callcard/{__version__}",
            timeout=_ANSWER_SECONDS,
        )
        with self._in_words():
            self._client = ClientV2(ClientV2.get_directory(wish.directory, self._network), self._network)
        there = self._network.time_there()
        if there and are_apart(now, there):
            raise NotGot(
                f"This machine's clock says {now:%Y-%m-%d %H:%M} UTC, {wish.directory} says {there:%Y-%m-%d %H:%M}. "
                "Set the clock."
            )

    def suggested(self, certificate: bytes) -> datetime | None:
        """When it would like this certificate to be renewed (ARI, RFC 9773). None: it has no opinion."""
        try:
            return self._client.renewal_time(certificate)[0]
        except errors.ARIError:
            return None

    def order(self, host: str) -> bytes:
        """A new key, the certificate and its chain, in PEM. `host`: the address on which the question is answered."""
        key = pem_of(new_key())
        with self._in_words():
            self._sign_in()
            order = self._client.new_order(crypto_util.make_csr(key, list(self._wish.names)))
            asked = [_http(each) for each in order.authorizations if each.body.status != messages.STATUS_VALID]
            with _answering(host, self._wish.port, asked, self._network.key):
                for challenge in asked:
                    self._client.answer_challenge(challenge, challenge.response(self._network.key))
                deadline = datetime.now() + timedelta(seconds=_ORDER_SECONDS)  # noqa: DTZ005  as the library wants it
                order = self._client.poll_and_finalize(order, deadline)
        return key + str(order.fullchain_pem).encode()

    def _sign_in(self) -> None:
        contact = (f"mailto:{self._wish.contact}",) if self._wish.contact else ()
        wanted = messages.NewRegistration(contact=contact, terms_of_service_agreed=True)
        try:
            self._client.new_account(wanted)
        except errors.ConflictError as known:
            self._network.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        where = self._wish.directory
        try:
            yield
        except errors.ValidationError as error:
            raise NotGot(_refused(error, self._wish.port)) from error
        except errors.TimeoutError as error:
            raise NotGot(f"{where} did not finish the order within {_ORDER_SECONDS} seconds.") from error
        except messages.Error as error:
            raise NotGot(f"{where} refused: {error.detail or error.code}", self._network.asked_to_wait()) from error
        except requests.exceptions.SSLError as error:
            raise NotGot(
                f"The certificate of {where} is not trusted. Is this machine's clock right? For an authority of "
                f"your own, name its file in CALLCARD_ACME_AUTHORITY. ({error})"
            ) from error
        except requests.RequestException as error:
            raise NotGot(f"{where} cannot be reached: {error}") from error
        except (errors.Error, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotGot(
                f"{where} gave an answer that is none of ACME: {error}", self._network.asked_to_wait()
            ) from error


def _account_key(wish: Wish) -> Any:
    path = wish.folder / "account.key"
    if not path.exists():
        kept.write(path, pem_of(new_key()))
    return load_pem_private_key(path.read_bytes(), None)


def _http(authorization: messages.AuthorizationResource) -> messages.ChallengeBody:
    for each in authorization.body.challenges:
        if isinstance(each.chall, challenges.HTTP01):
            return each
    raise NotGot(f"The authority does not offer http-01 for {authorization.body.identifier.value}.")


@contextmanager
def _answering(host: str, port: int, asked: list[messages.ChallengeBody], key: Any) -> Iterator[None]:
    """Only while the question is open, and with nothing else to be had there."""
    if not asked:
        yield
        return
    answers = {HTTP01RequestHandler.HTTP01Resource(each.chall, *each.response_and_validation(key)) for each in asked}
    try:
        server = HTTP01Server((host, port), answers, ipv6=":" in host)
    except OSError as error:
        raise NotGot(
            f"Nothing can listen on {host}:{port} ({error.strerror}). Free that port, or lead port 80 to another "
            "one and name it in CALLCARD_ACME_PORT."
        ) from error
    with ExitStack() as ends:
        ends.callback(server.server_close)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        ends.callback(server.shutdown)
        yield


def _refused(error: errors.ValidationError, port: int) -> str:
    said = [
        f"{each.body.identifier.value}: {challenge.error.detail}"
        for each in error.failed_authzrs
        for challenge in each.body.challenges
        if challenge.error is not None
    ]
    return (
        "The authority's question was not answered. Does each name lead here, and port 80 to port "
        f"{port}? {'; '.join(said)}"
    )
