"""Web chat: sockets of visitors' pages, who visitors are, and what a page loads. `app.WebChat` puts it together."""
