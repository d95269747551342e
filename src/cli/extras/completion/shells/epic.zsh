#compdef epic
# Completion of epic for zsh: source <(epic completion zsh), or a file _epic in a folder of $fpath

_epic() {
  local -a lines values shown
  local line value about
  local -i widest=0
  lines=("${(@f)$(command epic __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $lines[1] == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    value=${line%%$'\t'*}
    values+=("$value")
    (( $#value > widest )) && widest=$#value
  done
  for line in $lines; do
    value=${line%%$'\t'*} about=${line#*$'\t'}
    line="${(r:widest:)value}${about:+  $about}"
    shown+=("${line[1,COLUMNS-1]}")
  done
  (( $#values )) && compadd -l -V epic -d shown -a values
}

if [[ $funcstack[1] == _epic ]]; then
  _epic "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _epic epic
fi
