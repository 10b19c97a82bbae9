"""One module per request; each has `register(server)`."""
