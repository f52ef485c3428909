"""What may enter and leave the media service: rules only, no I/O."""
