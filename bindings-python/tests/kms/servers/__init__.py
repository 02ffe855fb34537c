"""Key management servers that the tests start and stop, all on 127.0.0.1."""
