"""Our tools for others, over MCP: for a customer or an operator of one business, on stdio or over HTTP (docs/mcp.md)."""
