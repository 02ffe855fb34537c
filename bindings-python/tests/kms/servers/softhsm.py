"""Tokens of SoftHSM2, in a temporary directory."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

PIN = "1234"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"


class SoftHsm:
    """Tokens in a directory; one, as the library reads its configuration once in a process."""

    module = MODULE
    pin = PIN

    def __init__(self, directory: Path) -> None:
        self.tokens = directory / "tokens"
        self.tokens.mkdir()
        self._config = directory / "softhsm2.conf"
        self._config.write_text(
            f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        os.environ["SOFTHSM2_CONF"] = str(self._config)

    def init_token(self, label: str) -> None:
        """Makes a token."""
        command = ["softhsm2-util", "--init-token", "--free", "--label", label]
        command += ["--pin", PIN, "--so-pin", "5678"]
        subprocess.run(command, check=True, capture_output=True)
        self.api().reinitialize()

    def api(self) -> Any:
        """python-pkcs11's library object."""
        import pkcs11

        return pkcs11.lib(self.module)

    def session(self, token: str) -> Any:
        """A session that may write."""
        import pkcs11

        found = self.api().get_token(token_label=token)
        try:
            return found.open(user_pin=PIN, rw=True)
        except pkcs11.exceptions.UserAlreadyLoggedIn:
            return found.open(rw=True)

    def create_aes_key(self, token: str, label: str) -> None:
        """A key that never leaves the token."""
        import pkcs11

        template = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
        self.session(token).generate_key(
            pkcs11.KeyType.AES, 256, label=label, store=True, template=template
        )

    def create_rsa_key(self, token: str, label: str) -> str:
        """A key pair, brought from outside, as a token takes seconds; the public half in PEM."""
        import pkcs11
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from pkcs11.util.rsa import decode_rsa_private_key, decode_rsa_public_key

        key = rsa.generate_private_key(65537, 2048)
        pkcs1 = serialization.PrivateFormat.TraditionalOpenSSL
        private = key.private_bytes(serialization.Encoding.DER, pkcs1, serialization.NoEncryption())
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
        common = {pkcs11.Attribute.LABEL: label, pkcs11.Attribute.TOKEN: True}
        session = self.session(token)
        session.create_object({**decode_rsa_public_key(public), **common})
        session.create_object({**decode_rsa_private_key(private), **common})
        pem: bytes = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return pem.decode()

    def forbid(self, label: str) -> None:
        """Takes from all keys of that label in `t1` what they may do."""
        import pkcs11

        attribute = pkcs11.Attribute
        for uses in (
            {attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY},
            {attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY},
            {attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY},
        ):
            for key in self.session("t1").get_objects({attribute.LABEL: label, **uses}):
                for use in (attribute.ENCRYPT, attribute.DECRYPT, attribute.WRAP, attribute.UNWRAP):
                    try:
                        key[use] = False
                    except pkcs11.exceptions.PKCS11Error as error:
                        if "Attribute" not in type(error).__name__:
                            raise

    def remove_tokens(self) -> None:
        """Takes all tokens out."""
        self.tokens.rename(self.tokens.with_name("out"))
        self.tokens.mkdir()

    def insert_tokens(self) -> None:
        """Puts them back."""
        shutil.rmtree(self.tokens)
        self.tokens.with_name("out").rename(self.tokens)
