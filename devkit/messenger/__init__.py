"""Which Messenger and Instagram does Usher see in tests? An emulator of Meta's Send API and of its webhooks for both.

`devkit.messenger.app.build(config)` is the way in; a development tool, never for production.
"""
