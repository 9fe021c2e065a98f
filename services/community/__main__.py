"""`python -m services.community api | relay | consume | migrate`."""

from services.community.app import SERVICE
from shared.process import main

main(SERVICE, "services.community.app:wsgi")
