"""Which outside world does Usher see in a demo and in tests? A WhatsApp Cloud API emulator with a phone in
the browser.

`devkit.whatsapp.app.build(config)` is the way in; a development tool, never for production.
"""
