"""Card payments: what a processor must do, how rows move when it answers, and who calls it after the commit."""
