"""A year's programme to try the platform with: illustrative events around real organisations and areas."""
