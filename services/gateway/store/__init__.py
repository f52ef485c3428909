"""Every SQL statement of the gateway, one module per table or two."""
