"""Key providers for the usual KMSs, Vault, HSMs and public keys.

Each class is a thin layer over the vendor's own SDK, which is an optional extra and is imported
when the class is first used:

| class | extra | the key encryption key lives in |
|---|---|---|
| `AwsKms` | `sealwax[aws]` | AWS KMS |
| `GcpKms` | `sealwax[gcp]` | Google Cloud KMS |
| `AzureKeyVault` | `sealwax[azure]` | Azure Key Vault or Managed HSM |
| `VaultTransit` | `sealwax[vault]` | HashiCorp Vault or OpenBao |
| `Pkcs11` | `sealwax[pkcs11]` | an HSM behind PKCS #11 |
| `RsaOaepPublicKey` | `sealwax[rsa]` | wherever its private half is |
| `LocalKey` | | this process |

Providers can be pickled into other processes. A pickle holds names and addresses, and never
credentials: these come from the environment or a profile of the process that uses them, or from a
function of yours.

A failure of a KMS is a `KmsError` with a stable `reason`, as the `__cause__` of
`sealwax.ProviderError`. Every use of a key is an event of `sealwax.audit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import CachingProvider, LocalKey
from .._public import load_part as _load_part
from .._public import publish as _publish
from ._errors import (
    AccessDeniedError,
    ClockSkewError,
    CredentialsError,
    InsecureTransportError,
    KeyDisabledError,
    KeyNotFoundError,
    KeyPendingDeletionError,
    KmsError,
    KmsTimeoutError,
    MisbehavedError,
    ThrottledError,
    TlsError,
    TokenRemovedError,
    UnavailableError,
)
from ._travel import FromEnv

if TYPE_CHECKING:
    from .aws import AwsKms
    from .azure import AzureKeyVault
    from .gcp import GcpKms
    from .pkcs11 import Pkcs11
    from .rsa import RsaOaepPublicKey
    from .vault import VaultTransit

__all__ = [
    "AccessDeniedError",
    "AwsKms",
    "AzureKeyVault",
    "CachingProvider",
    "ClockSkewError",
    "CredentialsError",
    "FromEnv",
    "GcpKms",
    "InsecureTransportError",
    "KeyDisabledError",
    "KeyNotFoundError",
    "KeyPendingDeletionError",
    "KmsError",
    "KmsTimeoutError",
    "LocalKey",
    "MisbehavedError",
    "Pkcs11",
    "RsaOaepPublicKey",
    "ThrottledError",
    "TlsError",
    "TokenRemovedError",
    "UnavailableError",
    "VaultTransit",
]

_MODULES = {
    "AwsKms": ".aws",
    "AzureKeyVault": ".azure",
    "GcpKms": ".gcp",
    "Pkcs11": ".pkcs11",
    "RsaOaepPublicKey": ".rsa",
    "VaultTransit": ".vault",
}


def __getattr__(name: str) -> Any:
    """Imports a provider's module on first access."""
    return _load_part(__name__, _MODULES, name)


def __dir__() -> list[str]:
    return __all__


_publish(globals())
