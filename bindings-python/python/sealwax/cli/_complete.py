"""Completion scripts for shells. They are static, so that completion starts no program."""

from __future__ import annotations

from ..config._schemes import SCHEMES
from ._table import COMMANDS, Command, Option

_TOP = (("--help", "Show this help."), ("--version", "Show the version."))


def script(shell: str) -> str:
    """The script for a shell."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _schemes() -> str:
    return " ".join(f"{name}:" for name in SCHEMES)


def _bash() -> str:
    names = " ".join(command.name for command in COMMANDS)
    cases = "\n".join(_bash_case(command) for command in COMMANDS)
    values = "\n".join(
        f"        {flags}) {_BASH_OFFERS[kind]}; return;;"
        for kind, flags in _flags_by_offer().items()
    )
    return f"""\
_sealwax() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} flags= words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{names} {" ".join(flag for flag, _ in _TOP)}" -- "$cur"))
        return
    fi
    case $prev in
{values}
    esac
    case ${{COMP_WORDS[1]}} in
{cases}
    esac
    case $cur in
        -*) COMPREPLY=($(compgen -W "$flags" -- "$cur"));;
        *) if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
           else compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); fi;;
    esac
}}
complete -F _sealwax sealwax
"""


def _bash_case(command: Command) -> str:
    flags = " ".join(flag for option in command.options for flag in option.flags)
    return f"""        {command.name}) flags="{flags}" words="{" ".join(command.choices)}";;"""


_BASH_FILES = 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))'
_BASH_OFFERS = {
    "": ":",
    "file": _BASH_FILES,
    "folder": 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))',
    "key": f'{_BASH_FILES}; COMPREPLY+=($(compgen -W "{_schemes()}" -- "$cur"))',
}


def _flags_by_offer() -> dict[str, str]:
    """The flags of options with a value, grouped by what a shell offers for it."""
    found: dict[str, list[str]] = {}
    for command in COMMANDS:
        for option in command.options:
            if option.metavar is not None:
                found.setdefault(option.offers, []).extend(option.flags)
    return {offer: "|".join(dict.fromkeys(flags)) for offer, flags in found.items()}


def _zsh() -> str:
    described = " ".join(f"'{command.name}:{_zsh_text(command.summary)}'" for command in COMMANDS)
    cases = "\n".join(_zsh_case(command) for command in COMMANDS)
    return f"""\
#compdef sealwax
_sealwax_key() {{ _files; compadd -S '' -- {_schemes()} -; }}
_sealwax() {{
    local -a commands
    commands=({described})
    if (( CURRENT == 2 )); then
        _describe command commands
        _arguments {" ".join(f"'{flag}[{_zsh_text(text)}]'" for flag, text in _TOP)}
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
{cases}
    esac
}}
if [ "$funcstack[1]" = _sealwax ]; then _sealwax "$@"; else compdef _sealwax sealwax; fi
"""


def _zsh_case(command: Command) -> str:
    specs = [_zsh_option(option) for option in command.options]
    specs.append(
        f"'*:shell:({' '.join(command.choices)})'" if command.choices else "'*:file:_files'"
    )
    return f"        {command.name}) _arguments -s {' '.join(specs)};;"


_ZSH_OFFERS = {"": "", "file": "_files", "folder": "_files -/", "key": "_sealwax_key"}


def _zsh_option(option: Option) -> str:
    value = "" if option.metavar is None else f":{option.metavar}:{_ZSH_OFFERS[option.offers]}"
    flags = ",".join(option.flags)
    braces = f"{{{flags}}}" if len(option.flags) > 1 else flags
    many = "'*'" if option.repeated else ""
    return f"{many}{braces}'[{_zsh_text(_short(option))}]{value}'"


def _zsh_text(text: str) -> str:
    """Escapes text for the brackets and quotes around it."""
    for char in "\\[]:":
        text = text.replace(char, f"\\{char}")
    return text.replace("'", "")


def _short(option: Option) -> str:
    """The first sentence of the help."""
    return option.help.split(":")[0].split("; ")[0].rstrip(".")


def _fish() -> str:
    lines = ["complete -c sealwax -f"]
    for command in COMMANDS:
        lines.append(
            f"complete -c sealwax -n __fish_use_subcommand -a {command.name} "
            f"-d {_quoted(command.summary)}"
        )
        here = f"complete -c sealwax -n '__fish_seen_subcommand_from {command.name}'"
        lines += [f"{here} {_fish_option(option)}" for option in command.options]
        lines.append(
            f"{here} -a '{' '.join(command.choices)}'" if command.choices else f"{here} -F"
        )
    return "\n".join(lines) + "\n"


_FISH_OFFERS = {
    "": "-x",
    "file": "-r -F",
    "folder": "-x -a '(__fish_complete_directories)'",
    "key": f"-r -F -a '{_schemes()} -'",
}


def _fish_option(option: Option) -> str:
    flags = [
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
    ]
    value = [] if option.metavar is None else [_FISH_OFFERS[option.offers]]
    return " ".join([*flags, *value, "-d", _quoted(_short(option))])


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
