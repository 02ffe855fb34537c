"""AWS KMS, through boto3."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from .. import InvalidArgumentError, WrappedKey
from . import _tls, _travel
from ._aws_errors import translated
from ._base import (
    CONNECT_TIMEOUT,
    DEK_LEN,
    MAX_ATTEMPTS,
    READ_TIMEOUT,
    KmsProvider,
    PerProcess,
    Unchanging,
    answered,
    check_key,
    checked_dek,
    field,
    matched,
    require,
)

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)

_MOST_CLIENTS = 64
"""Most clients that discovery keeps. Objects name the keys, and may be forged."""

_PUBLIC_OPTIONS = ("api_version", "config", "endpoint_url", "profile_name", "use_ssl", "verify")
"""Names in `client_options` that may be pickled."""

_ARN = re.compile(r"arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):key/([A-Za-z0-9-]+)", re.ASCII)


class Arn(NamedTuple):
    """The parts of a key's ARN."""

    partition: str
    region: str
    account: str
    key: str

    @classmethod
    def parse(cls, arn: str) -> Optional[Arn]:
        """The parts, or `None` for anything but the ARN of a key."""
        match = matched(_ARN, arn)
        return cls(*match.groups()) if match else None

    def is_replica_of(self, other: Arn) -> bool:
        """Whether both are the same multi-Region key, in any regions."""
        same_place = self.partition == other.partition and self.account == other.account
        return same_place and self.key == other.key and self.key.startswith("mrk-")


class AwsKms(KmsProvider):
    """A symmetric key of AWS KMS, named by its ARN.

    The encryption context is AWS's own, so CloudTrail logs it. The first key of an object comes
    from GenerateDataKey; further ones are wrapped by Encrypt. Decrypt always names the key.

    A multi-Region key unwraps what any of its replicas wrapped, with a call to this ARN's region.

    `client` is a boto3 client of `kms`, or a function that makes one. Without it, one is made for
    the key's region: with time-outs, at most 3 attempts, `profile_name` of the shared configuration
    and `client_options` (such as `endpoint_url`, `verify`), which go to `boto3.client`.

    A pickle carries no credentials. A provider with a client, or with credentials in its options,
    cannot be pickled. One that takes them from its environment or a profile can.

    >>> AwsKms("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
    AwsKms('arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab')
    """

    __module__ = "sealwax.kms"
    provider_id = "aws-kms"

    def __init__(
        self,
        key_arn: str,
        client: Any = None,
        *,
        grant_tokens: Sequence[str] = (),
        timeout: float = READ_TIMEOUT,
        **client_options: Any,
    ) -> None:
        arn = Arn.parse(key_arn)
        if arn is None:
            raise InvalidArgumentError(
                f"{key_arn!r} is not the ARN of a key; an alias may later name another key"
            )
        self.key_id = key_arn
        self._arn = arn
        self._grants = {"GrantTokens": list(grant_tokens)} if grant_tokens else {}
        self._clients = PerProcess(_ClientMaker(client, arn.region, timeout, client_options))
        with translated(key_arn, "client"):
            self._clients.get()

    @classmethod
    def discovery(
        cls,
        accounts: Collection[str],
        *,
        partition: str = "aws",
        regions: Optional[Collection[str]] = None,
        timeout: float = READ_TIMEOUT,
        **client_options: Any,
    ) -> AwsKmsDiscovery:
        """A provider that unwraps with any key of these accounts and cannot wrap.

        The writer of an object then chooses the key, within this filter.
        """
        return AwsKmsDiscovery(accounts, partition, regions, timeout, client_options)

    def accepts(self, key_id: str) -> bool:
        """Whether it is this key, or the same multi-Region key in another region."""
        if key_id == self.key_id:
            return True
        arn = Arn.parse(key_id)
        return arn is not None and self._arn.is_replica_of(arn)

    def generate(self, context: Mapping[str, str]) -> tuple[bytearray, WrappedKey]:
        """GenerateDataKey: a new key and its wrapped form in one call."""
        answer = self._call("generate_data_key", context, NumberOfBytes=DEK_LEN)
        return self._dek(answer), self._wrapped(answer)

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Encrypt."""
        answer = self._call("encrypt", context, Plaintext=bytes(dek))
        return self._wrapped(answer)

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """Decrypt, with the key id."""
        return self._dek(self._call("decrypt", context, CiphertextBlob=wrapped.wrapped_dek))

    def rsa_oaep_decrypt(self, ciphertext: bytes) -> bytearray:
        """Decrypt with an asymmetric key: the private half for `RsaOaepPublicKey`."""
        answer = self._call(
            "decrypt",
            {},
            CiphertextBlob=ciphertext,
            EncryptionAlgorithm="RSAES_OAEP_SHA_256",
        )
        return self._dek(answer)

    def _dek(self, answer: dict[str, Any]) -> bytearray:
        return checked_dek(field(answer, "Plaintext", bytes, self), self, _request_id(answer))

    def _wrapped(self, answer: dict[str, Any]) -> WrappedKey:
        return WrappedKey(self.key_id, field(answer, "CiphertextBlob", bytes, self))

    def _call(self, operation: str, context: Mapping[str, str], **fields: Any) -> dict[str, Any]:
        if context:
            fields["EncryptionContext"] = dict(context)
        with translated(self.key_id, operation):
            client = self._clients.get()
            answer: dict[str, Any] = getattr(client, operation)(
                KeyId=self.key_id, **fields, **self._grants
            )
        answered(_request_id(answer))
        check_key(self.key_id, answer.get("KeyId", ""), _request_id(answer))
        return answer


class AwsKmsDiscovery(Unchanging):
    """Unwraps with any key of some accounts; see `AwsKms.discovery`."""

    provider_id = "aws-kms"

    def __init__(
        self,
        accounts: Collection[str],
        partition: str,
        regions: Optional[Collection[str]],
        timeout: float,
        client_options: dict[str, Any],
    ) -> None:
        self._accounts = _names(accounts, "account ids")
        for account in self._accounts:
            if not _ACCOUNT.fullmatch(account):
                raise InvalidArgumentError(f"{account!r} is not an account id, which has 12 digits")
        self._partition = partition
        self._regions = None if regions is None else _names(regions, "regions")
        self._timeout = timeout
        self._client_options = client_options
        self._keys: dict[str, AwsKms] = {}

    def accepts(self, key_id: str) -> bool:
        """Whether the key's ARN has one of these accounts and regions, and this partition."""
        arn = Arn.parse(key_id)
        return (
            arn is not None
            and arn.partition == self._partition
            and arn.account in self._accounts
            and (self._regions is None or arn.region in self._regions)
        )

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Not supported: discovery has no key."""
        raise InvalidArgumentError("AwsKms.discovery only unwraps: name a key to wrap with")

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """Decrypt, with the key that the object names."""
        key = self._keys.get(wrapped.key_id)
        if key is None:
            if len(self._keys) >= _MOST_CLIENTS:
                self._keys = {}
            key = AwsKms(wrapped.key_id, timeout=self._timeout, **self._client_options)
            self._keys[wrapped.key_id] = key
        return key.unwrap(wrapped, context)

    def __getstate__(self) -> dict[str, Any]:
        _travel.check_options(self._client_options, _PUBLIC_OPTIONS)
        return {**self.__dict__, "_keys": {}}

    def __repr__(self) -> str:
        return f"AwsKms.discovery({sorted(self._accounts)!r}, partition={self._partition!r})"


def _names(given: Any, what: str) -> frozenset[str]:
    """Rejects numbers as account ids: they lose leading zeros and would never match."""
    if isinstance(given, str) or not isinstance(given, Iterable) or not given:
        raise InvalidArgumentError(f"discovery needs a collection of {what}")
    names = frozenset(given)
    for name in names:
        if not isinstance(name, str):
            raise InvalidArgumentError(f"{what} are strings, and not {type(name).__name__}")
    return names


class _ClientMaker:
    """Makes the client of a process; a class, so that providers can be pickled."""

    def __init__(self, client: Any, region: str, timeout: float, options: dict[str, Any]) -> None:
        self._client = client
        self._region = region
        self._timeout = timeout
        self._options = options

    def __call__(self) -> Any:
        client = _travel.made(self._client) if self._client is not None else self._make()
        _tls.require_secure(client.meta.endpoint_url)
        _tls.require_verified(_verify_of(client))
        return client

    def _make(self) -> Any:
        boto3 = require("boto3", "aws")
        config = require("botocore.config", "aws").Config(
            connect_timeout=min(CONNECT_TIMEOUT, self._timeout),
            read_timeout=self._timeout,
            retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
        )
        options = {"region_name": self._region, **self._options}
        options["config"] = config.merge(options["config"]) if "config" in options else config
        session = boto3.session.Session(profile_name=options.pop("profile_name", None))
        return session.client("kms", **options)

    def __getstate__(self) -> dict[str, Any]:
        _travel.refuse_client(self._client, "client")
        _travel.check_options(self._options, _PUBLIC_OPTIONS)
        config = self._options.get("config")
        for name in ("proxies", "proxies_config", "client_cert"):
            if getattr(config, name, None):
                _travel.check_options({f"{name} of config": None}, ())
        return self.__dict__


def _verify_of(client: Any) -> Any:
    """The client's setting for certificates, for which botocore has no public API."""
    session = getattr(getattr(client, "_endpoint", None), "http_session", None)
    return getattr(session, "_verify", None)


def _request_id(answer: Mapping[str, Any]) -> Optional[str]:
    request_id: Optional[str] = answer.get("ResponseMetadata", {}).get("RequestId")
    return request_id
