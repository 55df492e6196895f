"""Files of variables in Compose's format, and which of several values counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.dotenv import parse
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import project_variables


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("A=1\n\n# no B=2\n  C=3  \n", {"A": "1", "C": "3"}),
        ("export A=1", {"A": "1"}),
        ("A: 1", {"A": "1"}),
        ("A =1\nB= 2", {"A": "1", "B": "2"}),
        ("A=", {"A": ""}),
        ("A= # nothing\nB=2", {"A": "# nothing", "B": "2"}),
        ("A=1 # one\nB=2#two", {"A": "1", "B": "2#two"}),
        ("A='1' # one\nB=\"2\" # two", {"A": "1", "B": "2"}),
        ("A='$B ${C}'", {"A": "$B ${C}"}),
        ("A='it\\'s'", {"A": "it's"}),
        ('A="a\\tb\\n\\"c\\" \\\\ \\$B"', {"A": 'a\tb\n"c" \\ $B'}),
        ("A='two\nlines'\nB=1", {"A": "two\nlines", "B": "1"}),
        ('A="two\nlines"\nB=1', {"A": "two\nlines", "B": "1"}),
        ('A=1\nB=${A}2\nC="${B}3"', {"A": "1", "B": "12", "C": "123"}),
        ("A=${GIVEN}\nB=${UNSET:-x}\nC=$$", {"A": "here", "B": "x", "C": "$"}),
        ("GIVEN=mine\nA=$GIVEN", {"GIVEN": "mine", "A": "here"}),
        ("GIVEN\nUNSET\nA=1", {"GIVEN": "here", "A": "1"}),
        ("\ufeffA=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("A=a=b", {"A": "a=b"}),
        ("A=x'y", {"A": "x'y"}),
        (r'A="C:\dir\new \d \0101 \v"', {"A": "C:\\dir\new \\d A \v"}),
        (r"A=a\nb $1 $", {"A": r"a\nb $1 $"}),
        ("A=a\t#b", {"A": "a\t#b"}),
        ("A='q' B=1\nC[0]=2\nÉ=3", {"A": "q", "B": "1", "C[0]": "2", "É": "3"}),
        ('A="a\r\nb"\r\nB=1', {"A": "a\r\nb", "B": "1"}),
        ('A=${UNSET:-{"a":1}}', {"A": '{"a":1}'}),
    ],
)
def test_variables(text: str, found: dict[str, str]) -> None:
    assert parse(text, "a.env", {"GIVEN": "here"}) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\n=2", "a.env:2: is no variable; write NAME=value"),
        ("A B=1", "a.env:1: is no variable"),
        ("A='x", "a.env:1: the value of A begins with ' and nothing closes it"),
        ("\nA='x' y", "a.env:2: the value of A goes on after the closing '"),
        ("A=hidden${", "a.env:1: the value of A has a ${ that begins no variable; write $$"),
        ("A=${B:?say B}", "a.env:1: the value of A: the required variable B is not set: say B"),
    ],
)
def test_faults_never_quote_a_value(text: str, message: str) -> None:
    with pytest.raises(ComposeError) as fault:
        parse(text, "a.env", {})
    assert str(fault.value).startswith(message)
    assert "hidden" not in str(fault.value)
    # Ansible shows the whole chain of errors.
    assert "hidden" not in str(fault.value.__cause__)


def test_precedence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=beside\n")
    (tmp_path / "one").write_text("A=one\nB=one\nC=one\n")
    (tmp_path / "two").write_text("B=two\nC=two\nD=$A$C\n")
    files = [str(tmp_path / "one"), str(tmp_path / "two")]
    assert project_variables(str(tmp_path), [], {}) == {"A": "beside"}
    assert project_variables(str(tmp_path), [], {"A": "given"}) == {"A": "given"}
    assert project_variables(str(tmp_path), files, {"C": "given"}) == {
        "A": "one",
        "B": "two",
        "C": "given",
        "D": "onegiven",
    }


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="gone: the env file cannot be read: No such file or directory"):
        project_variables(str(tmp_path), [str(tmp_path / "gone")], {})


@pytest.mark.parametrize("line", ["export =d", "export\t: d"])
def test_export_before_no_name_is_no_variable(line: str) -> None:
    with pytest.raises(ComposeError, match="x.env:1: is no variable"):
        parse(f"{line}\n", "x.env", {})
