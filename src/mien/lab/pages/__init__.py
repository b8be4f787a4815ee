"""What was found, told: explanations, reports, cards and their tables."""
