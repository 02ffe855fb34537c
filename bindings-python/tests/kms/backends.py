"""One interface to every KMS for the tests: a key to wrap with, and operations on that key."""

from __future__ import annotations

import itertools
import json
from abc import ABC, abstractmethod
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import google_crc32c
from sealwax import kms

from .servers import aws
from .servers.azure import Credential
from .servers.http import Proxy, Request, Response

Fixtures = Callable[[str], Any]

_numbers = itertools.count()


def changed(change: Callable[[dict[str, Any]], None]) -> Callable[[Request, Response], Response]:
    """A change of every JSON answer."""

    def apply(request: Request, response: Response) -> Response:
        answer = json.loads(response.body)
        change(answer)
        return response._replace(body=json.dumps(answer).encode())

    return apply


def base64(data: bytes) -> str:
    """As JSON carries it."""
    return b64encode(data).decode()


class Backend(ABC):
    """A KMS with one new key."""

    binds_context = True
    """Whether the KMS itself refuses another context."""

    disabled: type[kms.KmsError] = kms.KeyDisabledError
    """What a provider raises once the key was disabled."""

    unknown: type[kms.KmsError] = kms.KeyNotFoundError
    """What a provider raises for a key that the KMS does not have."""

    calls_to_wrap = 1

    def __init__(self) -> None:
        self.name = f"key-{next(_numbers)}"

    @abstractmethod
    def provider(self) -> Any:
        """A new provider of the key."""

    @abstractmethod
    def provider_of_unknown_key(self) -> Any:
        """A provider of a key that does not exist."""

    @abstractmethod
    def rotate(self) -> Any:
        """Has the key wrap differently from now on; returns who reads old and new objects."""

    @abstractmethod
    def disable(self) -> None:
        """Takes the key out of use."""

    @abstractmethod
    def calls(self) -> int:
        """How often the key was used since the last call."""

    def close(self) -> None:  # noqa: B027, most need nothing
        """Ends what only this test needed."""


class Vault(Backend):
    """OpenBao's transit engine, behind a proxy that counts."""

    options: dict[str, Any] = {}
    disabled = kms.KeyPendingDeletionError

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__()
        self._bao = fixtures("bao")
        self._proxy = Proxy(self._bao.url)
        self._bao.create_key(self.name, **self.options)

    def provider(self) -> Any:
        return self._provider(self.name)

    def provider_of_unknown_key(self) -> Any:
        # Root could make the key by naming it.
        token = self._bao.token_for("transit/decrypt/*", "transit/datakey/plaintext/*")
        return kms.VaultTransit("unknown", url=self._proxy.url, token=token)

    def rotate(self) -> Any:
        self._bao.client().secrets.transit.rotate_key(self.name)
        return self.provider()

    def disable(self) -> None:
        self._bao.client().adapter.delete(f"/v1/transit/keys/{self.name}/soft-delete")

    def calls(self) -> int:
        return len(self._proxy.take())

    def lie(self, dek: bytes) -> None:
        """Has the KMS unwrap to this key from now on."""
        self._proxy.change = changed(lambda answer: answer["data"].update(plaintext=base64(dek)))

    def close(self) -> None:
        self._proxy.stop()

    def _provider(self, name: str) -> Any:
        return kms.VaultTransit(name, url=self._proxy.url, token=self._bao.token, **self.options)


class DerivedVault(Vault):
    """The same with a derived key; a new provider asks once whether it is one."""

    options = {"derived": True}
    calls_to_wrap = 2


class VaultRsa(Vault):
    """A public key, whose private half OpenBao has."""

    binds_context = False
    calls_to_wrap = 0

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__(fixtures)
        self._bao.create_key(f"{self.name}-rsa", key_type="rsa-2048")
        self._transit = self._provider(f"{self.name}-rsa")
        self._pem = self._transit.public_key()
        self.calls()

    def provider(self) -> Any:
        return kms.RsaOaepPublicKey(self._pem, decrypt=self._transit.rsa_oaep_decrypt)

    def provider_of_unknown_key(self) -> Any:
        unknown = super().provider_of_unknown_key()
        return kms.RsaOaepPublicKey(self._pem, decrypt=unknown.rsa_oaep_decrypt)

    def rotate(self) -> Any:
        self._bao.client().secrets.transit.rotate_key(f"{self.name}-rsa")
        return self.provider()

    def disable(self) -> None:
        self._bao.client().adapter.delete(f"/v1/transit/keys/{self.name}-rsa/soft-delete")


class Roto(Backend):
    """AWS KMS as roto-aws plays it, behind a proxy that counts."""

    server = "roto"

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__()
        self._proxy = Proxy(fixtures(self.server))
        self._arns = [aws.create_key(self._proxy.url)]
        self.calls()

    def provider(self) -> Any:
        return self._provider(self._arns[-1])

    def provider_of_unknown_key(self) -> Any:
        return self._provider("arn:aws:kms:us-east-1:123456789012:key/0000")

    def rotate(self) -> Any:
        """It has no rotation on demand: a manual rotation is a new key, and readers have both."""
        self._arns.append(aws.create_key(self._proxy.url))
        self.calls()
        return [self._provider(arn) for arn in reversed(self._arns)]

    def disable(self) -> None:
        aws.client(self._proxy.url).disable_key(KeyId=self._arns[-1])
        self.calls()

    def calls(self) -> int:
        return len(self._proxy.take())

    def lie(self, dek: bytes) -> None:
        """Has the KMS unwrap to this key from now on."""
        self._proxy.change = changed(lambda answer: answer.update(Plaintext=base64(dek)))

    def close(self) -> None:
        self._proxy.stop()

    def _provider(self, arn: str) -> Any:
        return kms.AwsKms(arn, endpoint_url=self._proxy.url, **aws.OPTIONS)


class Hsm(Backend):
    """A key in a SoftHSM2 token."""

    server, mechanism = "hsm", "aes-gcm"
    disabled = kms.AccessDeniedError

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__()
        self._hsm = fixtures(self.server)
        self._create(self.name)
        self._used = 0

    def provider(self) -> Any:
        return self._counted(self._provider(self.name))

    def provider_of_unknown_key(self) -> Any:
        return self._provider("unknown")

    def rotate(self) -> Any:
        """A token has no versions: a new key, and readers have both."""
        old, self.name = self.name, f"{self.name}-new"
        self._create(self.name)
        return [self.provider(), self._provider(old)]

    def disable(self) -> None:
        self._hsm.forbid(self.name)

    def calls(self) -> int:
        used, self._used = self._used, 0
        return used

    def _create(self, label: str) -> None:
        self._hsm.create_aes_key("t1", label)

    def _provider(self, label: str) -> Any:
        return kms.Pkcs11(
            "t1", label, pin=self._hsm.pin, module=self._hsm.module, mechanism=self.mechanism
        )

    def _counted(self, provider: Any) -> Any:
        """A token has no wire to count at: the provider's one way to it is counted."""
        use = provider._use

        def counting(*arguments: Any) -> Any:
            self._used += 1
            return use(*arguments)

        provider._use = counting
        return provider


class HsmKeyWrap(Hsm):
    """The same with RFC 3394."""

    mechanism = "aes-key-wrap"
    binds_context = False


class HsmRsa(Hsm):
    """A key pair in a token."""

    mechanism = "rsa-oaep-sha1"
    binds_context = False

    def _create(self, label: str) -> None:
        self._hsm.create_rsa_key("t1", label)


class Gcp(Backend):
    """Our Google Cloud KMS."""

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__()
        self._server = fixtures("cloud_kms")
        self._key = self._server.create_key(self.name)
        self.calls()  # What other tests left.

    def provider(self) -> Any:
        return kms.GcpKms(self._key, endpoint=self._server.url)

    def provider_of_unknown_key(self) -> Any:
        return kms.GcpKms(f"{self._key}-unknown", endpoint=self._server.url)

    def rotate(self) -> Any:
        self._server.rotate(self._key)
        return self.provider()

    def disable(self) -> None:
        self._server.set_state(self._key, "DISABLED")

    def calls(self) -> int:
        return len(self._server.take())

    def lie(self, dek: bytes) -> None:
        """Has the KMS unwrap to this key from now on, with the checksum of it."""

        def change(response: Any) -> None:
            response.plaintext, response.plaintext_crc32c = dek, google_crc32c.value(dek)

        self._server.change = change

    def close(self) -> None:
        self._server.change = None


class Azure(Backend):
    """Our Azure Key Vault with an RSA key."""

    kind, algorithm = "RSA", "RSA-OAEP-256"
    binds_context = False

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__()
        self._server = fixtures("key_vault")
        self._trust = str(fixtures("authority").file)
        self._key = self._server.create_key(self.name, self.kind)
        self.calls()  # What other tests left.

    def provider(self) -> Any:
        return self._provider(self._key)

    def provider_of_unknown_key(self) -> Any:
        return self._provider(f"{self._key}-unknown")

    def rotate(self) -> Any:
        self._server.rotate(self.name)
        return self.provider()

    def disable(self) -> None:
        self._server.set_state(self.name, "KeyDisabled")

    def calls(self) -> int:
        return len(self._server.take())

    def lie(self, dek: bytes) -> None:
        """Has the vault unwrap to this key from now on."""
        value = urlsafe_b64encode(dek).rstrip(b"=").decode()
        self._server.change = changed(lambda answer: answer.update(value=value))

    def close(self) -> None:
        self._server.change = None

    def _provider(self, key_id: str, self_test: bool = False) -> Any:
        return kms.AzureKeyVault(
            key_id,
            Credential(),
            algorithm=self.algorithm,
            self_test=self_test,
            verify=self._trust,
            verify_challenge_resource=False,
        )


class AzureHsm(Azure):
    """Our Managed HSM with a symmetric key."""

    kind, algorithm = "oct-HSM", "A256KW"


BACKENDS: dict[str, Callable[[Fixtures], Backend]] = {
    "openbao": Vault,
    "openbao-derived": DerivedVault,
    "openbao-rsa": VaultRsa,
    "roto-aws": Roto,
    "softhsm-aes-gcm": Hsm,
    "softhsm-aes-key-wrap": HsmKeyWrap,
    "softhsm-rsa-oaep": HsmRsa,
    "gcp": Gcp,
    "azure-rsa": Azure,
    "azure-hsm": AzureHsm,
}
