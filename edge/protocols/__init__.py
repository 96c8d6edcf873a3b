"""What meters say on their buses: pure codecs, and asking and answering over a line."""
