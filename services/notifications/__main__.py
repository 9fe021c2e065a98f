"""`python -m services.notifications api | relay | consume | work | migrate`."""

from services.notifications.app import SERVICE
from shared.process import main

main(SERVICE, "services.notifications.app:wsgi")
