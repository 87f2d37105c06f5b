"""From text to tree and back: parser, formatter and the messages for mistakes of syntax."""

from hdsl.syntax.decode import decode as decode
from hdsl.syntax.format import format_program as format_program
from hdsl.syntax.format_expression import format_expression as format_expression
from hdsl.syntax.grammar import grammar_folder as grammar_folder
from hdsl.syntax.parse import parse as parse
