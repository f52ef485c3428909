"""A booking's receipt as one A4 page of PDF, the same bytes for the same data on every machine."""

from services.media.receipt.build import build_receipt

__all__ = ["build_receipt"]
