"""seal.py HEADER BODY CONTEXT-JSON METADATA-JSON: seals standard input as the page would."""

import json
import sys
from pathlib import Path

import sealwax
from sealwax.kms import VaultTransit

header_path, body_path, context, metadata = sys.argv[1:]
key = VaultTransit("vault", derived=True)
header, body = sealwax.encrypt_detached(
    sys.stdin.buffer.read(), key, context=json.loads(context), metadata=metadata.encode()
)
Path(header_path).write_bytes(header)
Path(body_path).write_bytes(body)
