"""A Parquet file as columns of cells, read by PyArrow where that is installed."""

from pathlib import Path

from workbench.errors import UnusableData
from workbench.importing.table import SourceTable
from workbench.inert import inert


def read_parquet(path: Path) -> SourceTable:
    """The table in a Parquet file; raises UnusableData where it is none, or where PyArrow is not installed."""
    name = inert(path.name)
    try:
        import pyarrow as pa  # 50 MB that only readers of Parquet need
        import pyarrow.parquet as pq
    except ImportError:
        raise UnusableData(
            f"{name} is a Parquet file, and what reads it is not installed: pip install pyarrow, or save the file as "
            f".csv or .jsonl."
        ) from None
    try:
        found = pq.read_table(path, memory_map=True)
    except (pa.ArrowException, OSError) as error:
        reason = inert(str(error).strip().split("\n")[0], 200)
        raise UnusableData(f"{name} cannot be read as Parquet ({reason}): write it anew.") from None
    columns = {column: values.to_pylist() for column, values in zip(found.column_names, found.columns, strict=True)}
    return SourceTable(name, columns, range(1, found.num_rows + 1), unit="row")
