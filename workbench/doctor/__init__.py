"""What works on this machine and what does not, each in a sentence with what to do about it.

``examine`` runs every check: those of ``examination`` look at what a run will meet, those of ``survival`` at what would
end it though it is detached. A check sees the machine through ``Surroundings`` alone, so that a test can show it one
that is not there: another root folder, another environment, another driver.
"""

from workbench.doctor.examination import examine
from workbench.doctor.surroundings import Check, Surroundings

__all__ = ["Check", "Surroundings", "examine"]
