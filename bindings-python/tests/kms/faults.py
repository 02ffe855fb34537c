"""Faults on the way to a KMS, and the error that each provider must raise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import grpc
from sealwax import kms

from .servers.gcp import Failure, slow
from .servers.http import Cut, Delay, Hang, Reset, Response

PATIENT = 30.0
"""How long a provider waits that is to get its answer, on a busy machine too. In seconds."""

TIMEOUT = 2.0
"""How long one waits in vain. In seconds."""

BOUND = 60.0
"""When a call has not ended by then it is not bounded: far above what attempts and waits add up
to, so that a busy machine does not matter. In seconds."""

SLOW = 0.3


class Case(NamedTuple):
    """A fault, and what it must lead to; `None` where the call succeeds.

    `attempts` is how often the KMS is asked, 0 where that depends on the time. `timeout` is how
    long the provider waits.
    """

    fault: Any
    error: Any
    attempts: int = 1
    timeout: float = PATIENT


def aws(code: str, message: str, status: int = 400) -> Response:
    """An error as AWS says it."""
    body = json.dumps({"__type": code, "message": message}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "request-1"}
    return Response(status, body, headers)


def vault(status: int, *errors: str) -> Response:
    """An error as Vault says it."""
    body = json.dumps({"errors": errors}).encode()
    return Response(status, body, {"Content-Type": "application/json"})


def azure(status: int, code: str, inner: str = "") -> Response:
    """An error as Key Vault says it. Where it is busy, clients shall wait for an hour."""
    error = {"code": code, "message": "it failed", "innererror": {"code": inner}}
    headers = {"Content-Type": "application/json", "x-ms-request-id": "r-1"}
    if status == 429:
        headers["Retry-After"] = "3600"
    return Response(status, json.dumps({"error": error}).encode(), headers)


NETWORK = {
    "bad gateway": Case(Response(502), kms.UnavailableError, 3),
    "service unavailable": Case(Response(503), kms.UnavailableError, 3),
    "timeout": Case(Hang(), kms.KmsTimeoutError, 3, TIMEOUT),
    "reset": Case(Reset(), kms.UnavailableError, 3),
    "slow": Case(Delay(SLOW), None, 1),
}

AWS = {
    **NETWORK,
    "throttled": Case(aws("ThrottlingException", "Rate exceeded"), kms.ThrottledError, 3),
    "internal": Case(aws("KMSInternalException", "", 500), kms.UnavailableError, 3),
    "skew": Case(
        aws("InvalidSignatureException", "Signature expired: 20260101 is now earlier than 2027"),
        kms.ClockSkewError,
    ),
    "skew, other words": Case(aws("RequestExpired", "Request has expired."), kms.ClockSkewError),
    "expired credentials": Case(
        aws("ExpiredTokenException", "The security token included in the request is expired"),
        kms.CredentialsError,
    ),
    "denied": Case(aws("AccessDeniedException", "no identity-based policy"), kms.AccessDeniedError),
    "disabled": Case(aws("DisabledException", "the key is disabled"), kms.KeyDisabledError),
    "pending deletion": Case(
        aws("KMSInvalidStateException", "arn is pending deletion."), kms.KeyPendingDeletionError
    ),
    "unknown key": Case(aws("NotFoundException", "Invalid keyId"), kms.KeyNotFoundError),
    "new error": Case(aws("SomethingNewException", "what"), kms.KmsError),
    "nonsense": Case(Response(200, b"<html>"), kms.MisbehavedError),
    "empty answer": Case(Response(200, b"{}"), kms.MisbehavedError),
    "cut answer": Case(Cut(), kms.MisbehavedError),
}

VAULT = {
    **NETWORK,
    "throttled": Case(vault(429, "rate limit quota exceeded"), kms.ThrottledError, 3),
    "internal": Case(vault(500, "internal error"), kms.UnavailableError),
    "sealed": Case(vault(503, "Vault is sealed"), kms.UnavailableError, 3),
    "expired credentials": Case(
        vault(403, "permission denied", "invalid token"), kms.CredentialsError
    ),
    "denied": Case(vault(403, "1 error occurred: permission denied"), kms.AccessDeniedError),
    "old version disabled": Case(
        vault(400, "ciphertext or signature version is disallowed by policy (too old)"),
        kms.KeyDisabledError,
    ),
    "pending deletion": Case(
        vault(400, "refusing to use soft-deleted key"), kms.KeyPendingDeletionError
    ),
    "unknown key": Case(vault(400, "encryption key not found"), kms.KeyNotFoundError),
    "nonsense": Case(Response(200, b"<html>"), kms.MisbehavedError),
    "empty answer": Case(
        Response(200, b"{}", {"Content-Type": "application/json"}), kms.MisbehavedError
    ),
    "cut answer": Case(Cut(), kms.UnavailableError),
}

# The SDK repeats a POST only where it cannot have been carried out.
AZURE = {
    "bad gateway": Case(Response(502), kms.UnavailableError),
    "service unavailable": Case(Response(503), kms.UnavailableError, 3),
    "timeout": Case(Hang(), kms.KmsTimeoutError, 1, TIMEOUT),
    "reset": Case(Reset(), kms.UnavailableError),
    "slow": Case(Delay(SLOW), None),
    "throttled": Case(azure(429, "Throttled"), kms.ThrottledError, 3),
    "internal": Case(azure(500, "InternalServerError"), kms.UnavailableError, 3),
    "expired credentials": Case(azure(401, "Unauthorized"), kms.CredentialsError, 0),
    "denied": Case(azure(403, "Forbidden", "ForbiddenByRbac"), kms.AccessDeniedError),
    "disabled": Case(azure(403, "Forbidden", "KeyDisabled"), kms.KeyDisabledError),
    "not yet valid": Case(azure(403, "Forbidden", "KeyNotYetValid"), kms.ClockSkewError),
    "pending deletion": Case(
        azure(409, "Conflict", "ObjectIsDeletedButRecoverable"), kms.KeyPendingDeletionError
    ),
    "unknown key": Case(azure(404, "KeyNotFound"), kms.KeyNotFoundError),
    "nonsense": Case(Response(200, b"<html>"), kms.MisbehavedError),
    "empty answer": Case(Response(200, b"{}"), kms.MisbehavedError),
    "cut answer": Case(Cut(), kms.UnavailableError),
}


def gcp(hang: Callable[[], None]) -> dict[str, Case]:
    """Google's: statuses of gRPC. Its SDK bounds the time and not the attempts."""
    code = grpc.StatusCode
    state = "is not enabled, current state is: "
    return {
        "unavailable": Case(
            Failure(code.UNAVAILABLE, "try again"), kms.UnavailableError, 0, TIMEOUT
        ),
        "timeout": Case(hang, kms.KmsTimeoutError, 0, TIMEOUT),
        "slow": Case(slow(SLOW), None, 1),
        "throttled": Case(
            Failure(code.RESOURCE_EXHAUSTED, "quota"), kms.ThrottledError, 0, TIMEOUT
        ),
        "internal": Case(Failure(code.INTERNAL, "internal"), kms.UnavailableError),
        "expired credentials": Case(
            Failure(code.UNAUTHENTICATED, "invalid credentials"), kms.CredentialsError
        ),
        "denied": Case(Failure(code.PERMISSION_DENIED, "denied"), kms.AccessDeniedError),
        "disabled": Case(
            Failure(code.FAILED_PRECONDITION, state + "DISABLED."), kms.KeyDisabledError
        ),
        "pending deletion": Case(
            Failure(code.FAILED_PRECONDITION, state + "DESTROY_SCHEDULED."),
            kms.KeyPendingDeletionError,
        ),
        "unknown key": Case(Failure(code.NOT_FOUND, "not found"), kms.KeyNotFoundError),
        "checksum": Case(
            Failure(code.INVALID_ARGUMENT, "plaintext_crc32c does not match"), kms.MisbehavedError
        ),
    }
