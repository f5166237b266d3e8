"""Example plan folders: text files as they stand, and generators for the rest."""
