"""Section 14 of FORMAT.md: every value of it, recomputed."""

import re
from pathlib import Path

import pytest
from sealwax_reference import (
    Fixed,
    LocalKey,
    MessageKeys,
    encrypt,
    open_envelope,
    parse_header,
    to_text,
)
from sealwax_reference.envelope import body_context
from sealwax_reference.header import MAC_INFO, METADATA_CONTEXT, encode_key_part
from sealwax_reference.primitives import hkdf_expand, hmac_sha512, sha512

FORMAT = Path(__file__).parents[2] / "spec" / "FORMAT.md"


def blocks(kind: str) -> dict[str, str]:
    found = re.findall(rf"```{kind} ([a-z0-9-]+)\n(.*?)```", FORMAT.read_text(), re.DOTALL)
    return {name: "".join(body.split()) for name, body in found}


HEX = {name: bytes.fromhex(body) for name, body in blocks("hex").items()}
LOCAL_KEY = LocalKey(HEX["key-id"].decode(), HEX["kek"])


def seal():
    return encrypt(
        HEX["plaintext"],
        [LOCAL_KEY],
        context=[(HEX["context-key"].decode(), HEX["context-value"].decode())],
        metadata=HEX["metadata"],
        associated_data=HEX["associated-data"],
        fixed=Fixed(HEX["dek"], HEX["body-salt"], HEX["metadata-salt"], [HEX["wrap-salt"]]),
    )


def derived(element: str, input_key: bytes, salt: bytes, context: bytes) -> dict[str, bytes]:
    keys = MessageKeys.derive(input_key, salt, context)
    parts = {"key": keys.key, "base-nonce": keys.base_nonce, "commitment": keys.commitment}
    return {f"{element}-context": context} | {f"{element}-{k}": v for k, v in parts.items()}


def recomputed() -> dict[str, bytes]:
    sealed = seal()
    header = parse_header(sealed.header, alone=True)
    binding = header.binding_part
    mac_key = hkdf_expand(HEX["dek"], MAC_INFO, 32)
    wrap_context = LOCAL_KEY.message_context(header.canonical_context)
    context = body_context(binding, HEX["associated-data"])
    return {
        "provider-id": header.wrapped_keys[0].provider_id.encode(),
        "canonical-context": header.canonical_context,
        "sealed-metadata": header.sealed_metadata,
        "binding-part": binding,
        "wrapped-dek": header.wrapped_keys[0].wrapped_dek,
        "key-part": encode_key_part(header.wrapped_keys),
        "header-mac-key": mac_key,
        "header-mac-full": hmac_sha512(mac_key, sealed.header[:-32]),
        "header": sealed.header,
        "binding-hash": sha512(b"SEALWAX\x01" + binding),
        "associated-data-hash": sha512(HEX["associated-data"]),
        "body": sealed.body,
        "envelope": sealed.envelope,
        **derived("metadata", HEX["dek"], HEX["metadata-salt"], METADATA_CONTEXT),
        **derived("local-wrap", HEX["kek"], HEX["wrap-salt"], wrap_context),
        **derived("body", HEX["dek"], HEX["body-salt"], context),
    }


INPUTS = {
    "dek",
    "kek",
    "body-salt",
    "metadata-salt",
    "wrap-salt",
    "context-key",
    "context-value",
    "key-id",
    "metadata",
    "associated-data",
    "plaintext",
}


def test_every_value_of_the_document_is_an_input_or_recomputed():
    assert set(HEX) == INPUTS | set(recomputed())


@pytest.mark.parametrize("name", sorted(set(HEX) - INPUTS))
def test_value(name):
    assert recomputed()[name].hex() == HEX[name].hex()


def test_text_form():
    assert to_text(HEX["envelope"]) == blocks("text")["text-form"]


def test_opens():
    opened = open_envelope(HEX["envelope"], [LOCAL_KEY])
    assert opened.metadata() == HEX["metadata"]
    assert opened.plaintext(HEX["associated-data"]) == HEX["plaintext"]
