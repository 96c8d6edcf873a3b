"""M-Bus (EN 13757-2 and -3): frames, telegrams, values, and a master of our own."""
