"""The labels inside Parquet files at an address (`s3a://`, `hdfs://`), which only Spark's own JVM can open.

They are looked at before anything is read, as those of files here are. Through Spark Connect there is no JVM to ask,
so such a table is refused there: what is not known to be unlabelled is not read.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from licet.terms import SourceError


def schemas_at(session: Any, frame: Any, name: str, address: str) -> Iterator[tuple[str, pa.Schema]]:
    """Per file of a frame its address and, where an Arrow writer left one, its schema with the labels in it.

    Raises: SourceError SRC-069 through Spark Connect; what Spark raises for a file that cannot be opened.
    """
    from pyspark.sql import SparkSession

    if not isinstance(session, SparkSession):
        raise SourceError(
            "SRC-069",
            f"the labels in the files of table {name!r} cannot be looked at through Spark Connect",
            address,
            "open the gate on a session of the cluster itself, or mount the files",
        )
    jvm: Any = session._jvm
    hadoop = session._jsparkSession.sessionState().newHadoopConf()
    for uri in frame.inputFiles():
        place = jvm.org.apache.hadoop.fs.Path(jvm.java.net.URI(uri))
        file = jvm.org.apache.parquet.hadoop.util.HadoopInputFile.fromPath(place, hadoop)
        reader = jvm.org.apache.parquet.hadoop.ParquetFileReader.open(file)
        try:
            told = reader.getFooter().getFileMetaData().getKeyValueMetaData().get("ARROW:schema")
        finally:
            reader.close()
        if told is not None:
            yield uri, pa.ipc.read_schema(pa.py_buffer(base64.b64decode(told)))
