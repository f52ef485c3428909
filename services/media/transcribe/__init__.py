"""Voice to text: one port (`port.py`), one adapter per engine, `choose.py` picks. Importing this loads no engine."""
