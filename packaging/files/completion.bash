# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of scanout for bash, made of its command tables.
_scanout() {
  # Addresses hold colons, at which bash breaks words: the line itself tells what is being typed.
  local line=${COMP_LINE:0:COMP_POINT} command=view current previous
  current=${line##*[[:space:]]}
  previous=${line%"$current"}
  previous=${previous%"${previous##*[![:space:]]}"}
  previous=${previous##*[[:space:]]}
  COMPREPLY=()
  case ${COMP_WORDS[1]} in
    @COMMANDS@) ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]} ;;
  esac
  case $command,$previous in
@VALUES@
  esac
  if [[ $current == -* ]]; then
    case $command in
@OPTIONS@
    esac
    return
  fi
  ((COMP_CWORD == 1)) && _scanout_words '@FIRST@'
  case $command in
@OPERANDS@
  esac
}

_scanout_words() { COMPREPLY+=($(compgen -W "$1" -- "$current")); }

_scanout_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current")
}

_scanout_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$current")
}

# An address, or the file of a session. Of an address that is begun, what follows bash's own break.
_scanout_addresses() {
  local whole
  for whole in $(compgen -W '@ADDRESSES@' -- "$current"); do
    [[ $current == *:* && $COMP_WORDBREAKS == *:* ]] && whole=${whole#"${current%"${current##*:}"}"}
    COMPREPLY+=("$whole")
  done
  compopt -o nospace 2>/dev/null
  [[ $current == *:* ]] || _scanout_files
}

complete -F _scanout scanout
