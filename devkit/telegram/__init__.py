"""Which Telegram does Usher talk to in tests? The Bot API over real HTTP, with people who write, tap and block.

`devkit.telegram.app.build(config)` is the way in (`python -m devkit.telegram` by hand); a development tool, never for
production. `/bot<token>/<method>` and `/file/bot<token>/<path>` are as Telegram's; `/_control/…` steers (see
`control.py`, `people.py`).
"""
