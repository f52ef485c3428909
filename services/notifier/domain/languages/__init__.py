"""One table of words a language; a new language is a new file here, and a line in `wording.py`."""
