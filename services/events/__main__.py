"""`python -m services.events api | relay | consume | migrate`."""

from services.events.app import SERVICE
from shared.process import main

main(SERVICE, "services.events.app:wsgi")
