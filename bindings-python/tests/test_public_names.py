"""Public names say where users import them from: in tracebacks, pickles and documentation."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
import traceback

import pytest
import sealwax
from sealwax import kms

MODULES = ["sealwax"] + [
    module.name
    for module in pkgutil.walk_packages(sealwax.__path__, "sealwax.")
    if "._" not in module.name and not module.name.startswith("sealwax.cli")
]


def exported(module):
    """None where a package is missing that only this module needs."""
    try:
        return getattr(importlib.import_module(module), "__all__", [])
    except ModuleNotFoundError:
        return []


NAMES = [(module, name) for module in MODULES for name in exported(module)]


def test_the_modules_are_found():
    assert {"sealwax.aio", "sealwax.audit", "sealwax.kms", "sealwax.s3"} <= set(MODULES)
    assert len(NAMES) > 90


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_a_public_name_is_of_a_public_module(module, name):
    value = getattr(importlib.import_module(module), name)
    if inspect.isclass(value) or inspect.isroutine(value):
        home = value.__module__
        assert "._" not in home and name in importlib.import_module(home).__all__
        assert getattr(importlib.import_module(home), value.__qualname__) is value
        assert pickle.loads(pickle.dumps(value)) is value


def kinds_of(error):
    for kind in error.__subclasses__():
        yield kind
        yield from kinds_of(kind)


@pytest.mark.parametrize("base", [sealwax.SealwaxError, kms.KmsError])
def test_every_exception_is_public(base):
    for kind in kinds_of(base):
        if kind.__module__.startswith("sealwax"):
            module = importlib.import_module(kind.__module__)
            assert kind.__name__ in module.__all__, kind


def test_a_provider_is_of_the_public_module_however_it_is_imported():
    print_it = "from sealwax.kms.aws import AwsKms; print(AwsKms)"
    run = subprocess.run([sys.executable, "-c", print_it], capture_output=True, text=True)
    assert run.stdout == "<class 'sealwax.kms.AwsKms'>\n"


def test_a_traceback_names_what_can_be_imported():
    with pytest.raises(sealwax.TruncatedError) as caught:
        sealwax.decrypt(b"", sealwax.LocalKey.generate())
    last = traceback.format_exception_only(caught.type, caught.value)[-1]
    assert last.startswith("sealwax.TruncatedError: ")


def test_a_pickle_that_names_the_private_module_still_loads():
    assert pickle.loads(b"csealwax._errors\nTruncatedError\n.") is sealwax.TruncatedError
    assert pickle.loads(b"csealwax._provider\nWrappedKey\n.") is sealwax.WrappedKey
    assert pickle.loads(b"csealwax._sealwax\nencrypt\n.") is sealwax.encrypt
