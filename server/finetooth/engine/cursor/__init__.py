"""What stands at a place of a record, and what may be written there; `lsp/requests` speaks the protocol."""
