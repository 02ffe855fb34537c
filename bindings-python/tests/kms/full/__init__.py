"""The same cases against KMSs that take long to build or install: `cargo xtask test-kms-full`."""
