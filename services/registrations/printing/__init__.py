"""Papers: badges, tickets and certificates as PDF, in letters that hold every Vietnamese mark.

Each takes registrations and writes one file; a sheet is a page of A4 with several of them.
"""

from services.registrations.printing.badges import print_badges
from services.registrations.printing.certificates import print_certificates
from services.registrations.printing.tickets import print_ticket, print_tickets

__all__ = ["PER_FILE", "print_badges", "print_certificates", "print_ticket", "print_tickets"]

# So many are printed into one file, which bounds its time and memory.
PER_FILE = 200
