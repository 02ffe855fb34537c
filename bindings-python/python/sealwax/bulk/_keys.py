"""The keys of a job, loaded in the process that needs them."""

from __future__ import annotations

from typing import Optional

from .._errors import InvalidArgumentError
from .._provider import Provider
from .._sealwax import LocalKey
from ..stores import Store
from ._job import Job
from ._rate import LimitedProvider, RateLimit


class JobKeys:
    """Providers and context of each object."""

    def __init__(self, job: Job, sealed: Store) -> None:
        """`sealed` is the store with the envelopes, whose URLs the rules are for."""
        self._config, self._sealed = job.config, sealed
        self._context = dict(job.context or {})
        self._has_rules = bool(self._config.rules)
        self._limit = None if job.kms_rate is None else RateLimit(job.kms_rate)
        self._limited: dict[int, LimitedProvider] = {}
        given = None if job.keys is None else self._config.resolve(job.keys)
        self._given = None if given is None else self._all_limited(given)

    def of(self, name: str) -> list[Provider]:
        """The providers of an object."""
        if self._given is not None:
            return self._given
        return self._all_limited(self._config.keys_for(self._sealed.url_of(name)))

    def context_of(self, name: str) -> Optional[dict[str, str]]:
        """The context pairs of an object: those of the job and those of its rule."""
        if not self._has_rules:
            return self._context or None
        ruled = self._config.context_for(self._sealed.url_of(name))
        for key, value in self._context.items():
            if ruled.get(key, value) != value:
                raise InvalidArgumentError(
                    f"the context {key}={value} is not that of the rule, {key}={ruled[key]}"
                )
        return {**ruled, **self._context} or None

    def _all_limited(self, providers: list[Provider]) -> list[Provider]:
        if self._limit is None:
            return providers
        return [self._one_limited(provider, self._limit) for provider in providers]

    def _one_limited(self, provider: Provider, limit: RateLimit) -> Provider:
        """A local key asks no KMS."""
        if isinstance(provider, LocalKey):
            return provider
        return self._limited.setdefault(id(provider), LimitedProvider(provider, limit))
