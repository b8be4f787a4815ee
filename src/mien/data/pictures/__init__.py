"""What is seen in pictures: faces, prints and copies, and the marks of what is wrong."""
