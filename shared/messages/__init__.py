"""What services say to each other: frozen, versioned contracts, one file per owning service."""
