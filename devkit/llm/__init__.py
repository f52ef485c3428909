"""Which language models does Usher see in tests and benches? An emulator of the OpenAI, Anthropic and Ollama wire formats.

`devkit.llm.app.build(config)` is the way in; a development tool, never for production.
"""
