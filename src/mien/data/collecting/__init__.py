"""Where pictures come from: a source becomes finds, and finds become pictures of the project."""
