"""Reading and writing YAML strictly: no doubled key, few aliases, times as the text that stands there."""

from datetime import datetime
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.as_files.refusal import FilesRefused
from config.by_locale import whole

QUOTES = gettext_lazy("A text with ': ', '#' or quotes in it goes between double quotes.")
TIMESTAMP = "tag:yaml.org,2002:timestamp"
# Nothing here counts further than a column of a database does; Python will not even write longer ones out.
LARGEST_NUMBER = 2**63 - 1


class _Reader(yaml.SafeLoader):
    """The safe loader, but: a key that stands twice is an error, and so are more aliases than `aliases_left`."""

    aliases_left = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self.aliases_left -= 1
            if self.aliases_left < 0:
                problem = _("there are more aliases (*name) than are taken here")
                raise yaml.MarkedYAMLError(None, None, problem, self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        None,
                        None,
                        _("the key %(key_value)r stands here again") % {"key_value": key.value},
                        key.start_mark,
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _as_it_stands(reader: _Reader, node: yaml.ScalarNode) -> str:
    return str(reader.construct_scalar(node))


def _whole_number(reader: _Reader, node: yaml.ScalarNode) -> int:
    try:
        number = int(reader.construct_yaml_int(node))
    except ValueError:
        number = LARGEST_NUMBER + 1
    if abs(number) > LARGEST_NUMBER:
        problem = _("%(node_value)r is no whole number up to %(largest_number)s") % {
            "node_value": node.value[:20],
            "largest_number": whole(LARGEST_NUMBER),
        }
        raise yaml.MarkedYAMLError(None, None, problem, node.start_mark)
    return number


_Reader.add_constructor(TIMESTAMP, _as_it_stands)
_Reader.add_constructor("tag:yaml.org,2002:int", _whole_number)


class _Writer(yaml.SafeDumper):
    """Lists and maps in blocks, texts so that they are read back to the character."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(writer: _Writer, text: str) -> yaml.ScalarNode:
    lines = text.split("\n")
    # Blocks lose what YAML takes for a line's end, and what looks like their own indentation.
    is_plain = lines[0] == lines[0].lstrip() and all(line.isprintable() and line == line.rstrip() for line in lines)
    style = None
    if not is_plain or (len(lines) > 1 and not lines[0]):
        style = '"'
    elif len(lines) > 1:
        style = "|"
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _write_time(writer: _Writer, moment: datetime) -> yaml.ScalarNode:
    return writer.represent_scalar(TIMESTAMP, moment.isoformat().replace("+00:00", "Z"))


_Writer.add_representer(str, _write_text)
_Writer.add_representer(datetime, _write_time)


def load(text: str, name: str, most_aliases: int = 0) -> Any:
    """What the YAML says; times stay text. Raises FilesRefused with the line of `name` where it cannot be read."""
    reader = _Reader(text)
    reader.name = name
    reader.aliases_left = most_aliases
    try:
        return reader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = _(", line %(line)s") % {"line": mark.line + 1} if mark else ""
        raise FilesRefused(f"{name}{line}: {error.problem or error.context}. {QUOTES}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FilesRefused(
            _("%(name)s cannot be read as YAML: %(error)s. %(quotes)s")
            % {"name": name, "error": str(error)[:200], "quotes": QUOTES}
        ) from error
    finally:
        reader.dispose()


def dump(content: Any) -> str:
    """YAML with keys in the order given, LF, and no line folded: the same content gives the same text."""
    return yaml.dump(
        content, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1 << 30
    )
