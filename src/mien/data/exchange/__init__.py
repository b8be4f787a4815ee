"""Files that a project writes and takes in: the origin's sheets, what annotators said, our own table."""
