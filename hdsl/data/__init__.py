"""Readers: files and data frames become named fields. Nothing here knows of models."""

from hdsl.data.fields import Field as Field
from hdsl.data.fields import Kind as Kind
from hdsl.data.fields import Table as Table
from hdsl.data.files import read_table as read_table
from hdsl.data.from_python import field_from_python as field_from_python
from hdsl.data.from_python import table_from_python as table_from_python
from hdsl.data.mistakes import at_span as at_span
from hdsl.data.paths import locate as locate
