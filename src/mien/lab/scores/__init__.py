"""Music is measured, beside real music and by a judge; what the composer learns from songs."""
