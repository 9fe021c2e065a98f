"""`python -m services.registrations api | relay | consume | migrate`."""

from services.registrations.app import SERVICE
from shared.process import main

main(SERVICE, "services.registrations.app:wsgi")
