"""open.py HEADER BODY OBJECT: writes the plaintext; OpenBao unwraps the DEK."""

import sys
from pathlib import Path

import sealwax
from sealwax.kms import VaultTransit

header, body, obj = sys.argv[1:]
# VAULT_ADDR and VAULT_TOKEN say where the key service is.
key = VaultTransit("vault", derived=True)
plaintext = sealwax.decrypt(
    Path(body).read_bytes(), key, header=Path(header).read_bytes(), context={"object": obj}
)
sys.stdout.buffer.write(plaintext)
