"""Models measured elsewhere: what a file says of their answers becomes a run that is compared like any other.

``read_import`` reads the files (``table``), finds which column is what (``roles``), says all that is wrong with them at
once (``findings``), and makes figures and outcomes by the same functions as a training does (``classes``, ``values``,
``units``). ``keep`` stores them as a run that is done. The id column is an example's identity (``identity``): two files
with the same ids pair, and so does a file of examples that ``workbench outcomes`` has written with the run itself.
"""

from workbench.importing.keeping import keep
from workbench.importing.reading import Imported, read_import
from workbench.importing.request import TASKS, ImportRequest

__all__ = ["TASKS", "ImportRequest", "Imported", "keep", "read_import"]
