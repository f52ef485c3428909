"""Which Twilio does Usher see in tests and demos? An emulator of its messaging API: SMS and WhatsApp senders.

`devkit.twilio.app.build(config)` is the way in; a development tool, never for production.
"""
