"""`mien data …`: the curator's desk at the command line, and the page where people label."""
