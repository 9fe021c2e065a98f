"""The portal for people: pages in Vietnamese and English over the services' APIs; owns nothing but its session."""
