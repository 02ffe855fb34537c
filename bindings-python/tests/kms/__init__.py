"""Tests of `sealwax.kms` against real servers and tokens, all on this machine."""
