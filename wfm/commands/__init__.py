"""What each command does: compute, write ``out/`` whole, say what was found."""
